// Menus under a <details>: closed by Escape (focus kept), by a click elsewhere, by leaving. Dialogs opened by a button.

export function installerMenus() {
  document.addEventListener("click", (evenement) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      // The path, not the tree: an option that was chosen has already left its list.
      if (!evenement.composedPath().includes(menu)) menu.open = false;
    }
    const declencheur = evenement.target.closest?.("[data-dialogue]");
    const dialogue = declencheur && document.getElementById(declencheur.dataset.dialogue);
    if (dialogue) {
      evenement.preventDefault();
      dialogue.showModal();
    }
    if (evenement.target.closest?.("[data-fermer-dialogue]")) evenement.target.closest("dialog")?.close();
  });
  document.addEventListener("keydown", (evenement) => {
    if (evenement.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    evenement.stopPropagation();
  }, true);
  document.addEventListener("focusin", (evenement) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(evenement.target)) menu.open = false;
    }
  });
  // A short form opened in place: the first field has the focus.
  document.addEventListener("toggle", (evenement) => {
    const bloc = evenement.target;
    if (bloc.matches?.("details[data-ouvrir][open]")) bloc.querySelector(".ouvert :is(input:not([type=hidden]), select, textarea)")?.focus();
  }, true);
}
