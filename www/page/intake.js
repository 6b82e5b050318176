/**
 * Files by dropping them anywhere on the page, pasting, or choosing.
 *
 * @param {HTMLInputElement} input  the file input
 * @param {(files: File[]) => void} onFiles
 */
export function takeFiles(input, onFiles) {
  /** @param {FileList | null | undefined} list */
  const take = (list) => {
    const files = [...(list ?? [])];
    // Pasted images often come with text. A file without a known type may be a camera's own format.
    const pictures = files.filter(({ type }) => type === '' || type.startsWith('image/'));
    const wanted = pictures.length > 0 ? pictures : files;
    if (wanted.length > 0) onFiles(wanted);
  };
  input.addEventListener('change', () => {
    take(input.files);
    // Allows choosing the same file again.
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
