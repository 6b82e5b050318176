// Copies what the repository keeps elsewhere into the package: the weights and the licences. npm runs this before it
// packs, publishes or links the package. The tarball does not contain it.

import { copyFile, readdir } from 'node:fs/promises';

const root = new URL('../', import.meta.url);
const licences = (await readdir(root)).filter((name) => name.startsWith('LICENSE-'));
for (const path of ['weights/svnr.safetensors', 'weights/svnr-mosaic.safetensors', ...licences]) {
  await copyFile(new URL(path, root), new URL(path.split('/').at(-1) ?? '', import.meta.url));
}
