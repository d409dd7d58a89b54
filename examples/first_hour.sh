#!/usr/bin/env bash
# The first hour with deepgen, from a clone to the report of one's own pictures; each step with its time.
#
#   examples/first_hour.sh PICTURES [RUN [KEY=VALUE ...]]
#
# PICTURES is a folder of pictures, RUN a run file in config/ (default: quick); settings such as
# training.epochs=3 are laid over the experiment on PICTURES. It works in a new folder, ./first-hour, and
# leaves there the reports, and screenshots of them if there is Chromium.
set -euo pipefail

if ! [[ -d ${1:-} ]]; then
    echo "usage: examples/first_hour.sh PICTURES [RUN [KEY=VALUE ...]], where PICTURES is a folder" >&2
    exit 2
elif [[ -e first-hour ]]; then
    echo "first-hour is there already: delete it, or call this in another folder" >&2
    exit 1
fi
pictures=$(realpath "$1") run=${2:-quick} checkout=$(realpath "$(dirname "$0")/..")
settings=$(printf '"mine.%s", ' "${@:3}")
[[ $# -gt 2 ]] || settings=
mkdir first-hour
cd first-hour

step() {
    printf '\n%4d s  %s\n' "$SECONDS" "$*"
    "$@" >>log 2>&1 || { tail -n 20 log >&2; exit 1; }
}

screenshots() {
    local page=$1 browser
    browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || return 0
    for width in 1280 390; do
        "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=$width,2400 \
            --screenshot="$PWD/$(basename "$(dirname "$(dirname "$page")")")-$width.png" "file://$PWD/$page"
    done
}

step git clone -q "$checkout" deepgen
ln -s deepgen/results results
step make -C deepgen reproduce RUN="$run"
export PATH="$PWD/deepgen/.venv/bin:$PATH"
step screenshots "results/$run/report/index.html"

mine() { (cd deepgen && "$@"); }
step mine deepgen add-dataset "$pictures" --name mine
step mine snakemake --cores all --configfile config/mine.yaml --config "set=[$settings]"
step screenshots results/mine/report/index.html

# One thing changed, under a name of its own
step mine snakemake --cores all --configfile config/mine.yaml \
    --config run=slower "set=[${settings}mine.training.optimiser.learning_rate=0.05]"
step mine deepgen compare results/mine results/slower --plot ../two-runs.png
step mine deepgen draw mine/mine -n 25 --seed 3 --grid ../samples.png
printf '\n%4d s  done: results/*/report/index.html, two-runs.png and samples.png in %s\n' "$SECONDS" "$PWD"
