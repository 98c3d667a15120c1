# Which files are ours.
# shellcheck shell=bash
# shellcheck disable=SC2154

# Tracked files and new ones that .gitignore does not name.
our_files() {
  (cd "$root" && git ls-files --cached --others --exclude-standard -- "$@") | sort -u |
    while read -r file; do if [[ -f $root/$file ]]; then echo "$root/$file"; fi; done
}

cpp_files() { our_files '*.cc' '*.h'; }
shell_files() { our_files dev .ci/run '*.sh'; }

# C++ sources that differ from the main branch or are not committed yet.
changed_sources() {
  local base
  base=$(git -C "$root" merge-base HEAD origin/main 2>/dev/null) || base=HEAD
  {
    git -C "$root" diff --name-only --diff-filter=d "$base" -- '*.cc'
    git -C "$root" ls-files --others --exclude-standard -- '*.cc'
  } | sort -u | sed "s|^|$root/|"
}
