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

# Pages of ours on the content's origin: launchers with the SCORM run-time, and the H5P player.
content=../../../../courses/launch/content/static
rm -rf "$content"
mkdir -p "$content/h5p/styles" "$content/h5p/images" "$content/licences"
for launcher in scorm12 scorm2004 h5p media; do
  "$bin/esbuild" "content/$launcher.js" --bundle --minify --format=iife --target=es2020 --legal-comments=none --log-level=warning --outfile="$content/$launcher.js"
done
cp content/own.css "$content/"
h5p=node_modules/h5p-standalone
cp "$h5p/dist/main.bundle.js" "$content/h5p/"
"$bin/esbuild" content/storage.js --minify --format=iife --target=es2020 --log-level=warning > "$content/h5p/frame.bundle.js"
cat "$h5p/dist/frame.bundle.js" >> "$content/h5p/frame.bundle.js"
cp "$h5p/dist/styles/h5p.css" "$h5p/dist/styles/h5p-fonts.css" "$content/h5p/styles/"
cp "$h5p/dist/images/"* "$content/h5p/images/"
cp -r "$h5p/dist/fonts" "$content/h5p/"
cp "$h5p/LICENSE" "$content/licences/h5p-standalone.txt"
cp node_modules/scorm-again/LICENSE "$content/licences/scorm-again.txt"

# Compressed siblings: made by node's own zlib, so that the same input gives the same bytes everywhere.
node -e '
const fs = require("fs"), zlib = require("zlib")
for (const file of process.argv.slice(1)) {
  const raw = fs.readFileSync(file)
  fs.writeFileSync(file + ".gz", zlib.gzipSync(raw, { level: 9 }))
  fs.writeFileSync(file + ".br", zlib.brotliCompressSync(raw, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } }))
}' "$out/app.css" "$out/app.js" "$out/favicon.svg"
node -e '
const fs = require("fs"), zlib = require("zlib")
for (const file of process.argv.slice(1)) {
  const raw = fs.readFileSync(file)
  fs.writeFileSync(file + ".br", zlib.brotliCompressSync(raw, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } }))
}' "$content"/*.js "$content"/h5p/*.js "$content"/h5p/styles/*.css
wc -c "$out/app.css" "$out/app.css.gz" "$out/app.css.br" "$out/app.js" "$out/app.js.gz" "$out/app.js.br"
