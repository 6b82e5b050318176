// Until the page's modules run, which an old browser or a bad connection may prevent, no click is lost and no failure
// stays silent. Not a module itself, and written for every browser.

(function () {
  /** @type {Element | null} */
  var clicked = null;
  var why = '';

  /** @param {Event} event */
  function note(event) {
    var target = event.target;
    if (event.type === 'click') clicked = target instanceof Element ? target.closest('button') : null;
    else if (event instanceof ErrorEvent) why = event.message;
    else if (target instanceof HTMLScriptElement) why = target.src;
  }

  addEventListener('click', note, true);
  addEventListener('error', note, true);

  // Modules run before this.
  addEventListener('DOMContentLoaded', function () {
    removeEventListener('click', note, true);
    removeEventListener('error', note, true);
    if (!why && window.customElements && customElements.get('svnr-zoom')) {
      if (clicked instanceof HTMLElement) clicked.click();
      return;
    }
    var device = document.getElementById('device');
    var error = document.getElementById('error');
    var words = error && error.querySelector('span');
    if (!device || !error || !words) return;
    device.textContent = 'Not available';
    words.textContent =
      'This page could not be started. Reload it; if that does not help, use a current version of Chrome, Edge, Firefox or Safari.' +
      (why ? ' (' + why + ')' : '');
    error.hidden = false;
  });
})();
