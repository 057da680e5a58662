#!/bin/sh
# Builds ../static from this folder. Needs node 20; run it after changing scss, js or a pinned version, and commit the result.
#   npm ci && ./build.sh
set -eu
cd "$(dirname "$0")"
bin=node_modules/.bin
out=../static
font=atkinson-hyperlegible-next
rm -rf "$out"
mkdir -p "$out/fonts" "$out/images" "$out/licences"

"$bin/sass" --no-source-map --style=compressed --quiet-deps -I node_modules/nhsuk-frontend/dist app.scss "$out/app.css"
"$bin/esbuild" app.js --bundle --minify --format=esm --target=es2020 --legal-comments=none --log-level=warning --outfile="$out/app.js"

for part in latin-400 latin-700 latin-ext-400 latin-ext-700; do
  cp "node_modules/@fontsource/$font/files/$font-$part-normal.woff2" "$out/fonts/"
done
cp favicon.svg "$out/"
for icon in arrow-down arrow-up arrow-up-down cross; do
  cp "node_modules/nhsuk-frontend/dist/nhsuk/assets/images/nhsuk-icon-$icon.svg" "$out/images/"
done
cp nhsuk-frontend.LICENSE.txt "$out/licences/nhsuk-frontend.txt"
cp "node_modules/@fontsource/$font/LICENSE" "$out/licences/$font.txt"

# Compressed siblings: made by node's own zlib, so that the same input gives the same bytes everywhere.
node -e '
const fs = require("fs"), zlib = require("zlib")
for (const file of process.argv.slice(1)) {
  const raw = fs.readFileSync(file)
  fs.writeFileSync(file + ".gz", zlib.gzipSync(raw, { level: 9 }))
  fs.writeFileSync(file + ".br", zlib.brotliCompressSync(raw, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } }))
}' "$out/app.css" "$out/app.js" "$out/favicon.svg"
wc -c "$out/app.css" "$out/app.css.gz" "$out/app.css.br" "$out/app.js" "$out/app.js.gz" "$out/app.js.br"
