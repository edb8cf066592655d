// What htmx swaps in keeps the reader's place: the focus goes where the act says (data-focus-apres="id").

export function installerFragments() {
  let cible = "";
  document.addEventListener("htmx:beforeRequest", (evenement) => {
    cible = evenement.detail.elt.dataset.focusApres ?? "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    const id = cible;
    cible = "";
    // A summary of errors has taken the focus already.
    if (!id || document.activeElement?.matches("[data-resume-erreurs]")) return;
    document.getElementById(id)?.focus({ preventScroll: false });
  });
}
