# shellcheck shell=bash
# shellcheck disable=SC2154
# summary: remove what builds and runs have left
# help:
# Examples:
#   ./dev clean            removes build/ (ccache keeps the next build short)
#   ./dev clean --all      also .cache/: clusters' data, histories, logs
source "$root/scripts/dev/lib/cluster.sh"

run() {
  local all=false
  case "${1:-}" in
    '') ;;
    --all) all=true ;;
    *) usage_error "what is '$1'?" ;;
  esac
  [[ -z $(cluster_pids) ]] || die 'a cluster runs from this build; stop it first: ./dev down'
  rm -rf "$root/build"
  if $all; then rm -rf "$root/.cache"; fi
  say 'clean'
}
