# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: remove what builds and runs have left
# help:
# Examples:
#   ./dev clean            removes build/ (ccache keeps the next build short)
#   ./dev clean --all      also .cache/: clusters' data, histories, logs
source "$root/scripts/dev/lib/cluster.sh"

run() {
  local all=false n
  case "${1:-}" in
    '') ;;
    --all) all=true ;;
    *) usage_error "what is '$1'?" ;;
  esac
  for ((n = 1; n <= $(cluster_size); n++)); do
    [[ -z $(node_pid "$n") ]] || die 'a cluster runs from this build; stop it first: ./dev down'
  done
  rm -rf "$root/build"
  if $all; then rm -rf "$root/.cache"; fi
  say 'clean'
}
