#!/bin/sh
# Starts Earshot with the libraries that were installed with it, so that it doesn't matter which of them, or how old ones,
# the system has: by the loader of its own C library. The folder may lie anywhere.
me=$(readlink -f "$0") || exit 1
lib=${me%/*/*}/lib/earshot
exec "$lib/@LOADER@" --inhibit-cache --argv0 "$0" --library-path "$lib" "$lib/earshot" "$@"
