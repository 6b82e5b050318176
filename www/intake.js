/**
 * Files by dropping them anywhere on the page, pasting, or choosing.
 *
 * @param {HTMLInputElement} input  the file input
 * @param {(file: File) => void} onFile
 */
export function takeFiles(input, onFile) {
  /** @param {FileList | undefined} files */
  const take = (files) => {
    // An image before anything else: what is pasted often comes with its text beside it.
    const file = [...(files ?? [])].find((f) => f.type.startsWith('image/')) ?? files?.[0];
    if (file) onFile(file);
  };
  input.addEventListener('change', () => {
    take(input.files ?? undefined);
    // So that the same file can be chosen again.
    input.value = '';
  });
  document.addEventListener('paste', (event) => take(event.clipboardData?.files));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dragging');
    take(event.dataTransfer?.files);
  });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dragging');
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) document.body.classList.remove('dragging');
  });
}
