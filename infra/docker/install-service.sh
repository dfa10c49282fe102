#!/bin/sh
# Installs into the workspace in the current folder what one service needs to run, and nothing that others need:
#   install-service.sh gateway
# It leaves the folders of the service and of the packages of ours that it uses, and writes their names to /service-folders.
set -eu

selection="@composite-llm/$1..."

pnpm install --offline --frozen-lockfile --prod --filter-prod "$selection"
pnpm list --depth -1 --parseable --filter-prod "$selection" | sed "s|^$PWD/||" | sort >/service-folders

for folder in apps/* packages/*; do
  grep -qxF "$folder" /service-folders || rm -rf "$folder"
done

# Node loads neither types nor source maps from node_modules: they are nearly half of what was installed.
find node_modules -type f \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' \) -delete
# What only pnpm reads carries the time of the installation: without it, equal installations are equal layers.
rm -f node_modules/.modules.yaml node_modules/.pnpm-workspace-state-v1.json node_modules/.pnpm/lock.yaml
rm -f pnpm-lock.yaml pnpm-workspace.yaml
