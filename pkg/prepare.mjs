// Copies into the package what the repository keeps elsewhere: the weights and the licences. npm runs it before it packs,
// publishes or links the package; the tarball leaves it out.

import { copyFile, readdir } from 'node:fs/promises';

const root = new URL('../', import.meta.url);
const licences = (await readdir(root)).filter((name) => name.startsWith('LICENSE-'));
for (const path of ['weights/svnr.safetensors', ...licences]) {
  await copyFile(new URL(path, root), new URL(path.split('/').at(-1) ?? '', import.meta.url));
}
