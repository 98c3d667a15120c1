// A line under the pointer through all drawings of the same time, and what was counted there.
"use strict";
(() => {
  const tip = document.getElementById("tip");
  const ns = "http://www.w3.org/2000/svg";
  const duration = us => us < 1000 ? `${us} µs`
    : us < 1e6 ? `${(us / 1e3).toPrecision(2)} ms` : `${(us / 1e6).toPrecision(3)} s`;
  const lines = [];
  for (const timed of document.querySelectorAll(".timed")) {
    const first = +timed.dataset.first, last = +timed.dataset.last;
    const seconds = +timed.dataset.seconds;
    for (const svg of timed.querySelectorAll("svg.time")) {
      const cross = document.createElementNS(ns, "line");
      cross.setAttribute("class", "cross");
      cross.setAttribute("y2", svg.viewBox.baseVal.height);
      cross.style.display = "none";
      svg.append(cross);
      lines.push(cross);
      const bins = svg.dataset.bins && JSON.parse(svg.dataset.bins);
      svg.addEventListener("pointermove", event => {
        const box = svg.getBoundingClientRect();
        const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
        const share = (x - first) / (last - first);
        if (share < 0 || share > 1) return hide();
        for (const each of lines) {
          each.setAttribute("x1", x);
          each.setAttribute("x2", x);
          each.style.display = "";
        }
        let told = `${(share * seconds).toFixed(2)} s`;
        if (bins) {
          const [done, failed, unknown, p50, p99] =
            bins[Math.min(bins.length - 1, Math.floor(share * bins.length))];
          const per = bins.length / seconds;
          told += `\n${Math.round(done * per)}/s done`;
          if (failed) told += `, ${Math.round(failed * per)}/s failed`;
          if (unknown) told += `, ${unknown} unknown`;
          if (done) told += `\np50 ${duration(p50)}, p99 ${duration(p99)}`;
        }
        tip.textContent = told;
        tip.hidden = false;
        const right = event.clientX + 16 + tip.offsetWidth > innerWidth;
        tip.style.left = `${event.clientX + (right ? -12 - tip.offsetWidth : 14)}px`;
        tip.style.top = `${event.clientY + 14}px`;
      });
      svg.addEventListener("pointerleave", hide);
    }
  }
  function hide() {
    tip.hidden = true;
    for (const each of lines) each.style.display = "none";
  }
  const copy = document.getElementById("copy");
  copy?.addEventListener("click", async () => {
    const code = document.getElementById("command");
    try {
      await navigator.clipboard.writeText(code.textContent);
      copy.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(code);
      copy.textContent = "selected";
    }
  });
})();
