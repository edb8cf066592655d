// The combobox pattern of ARIA 1.2, once: an input, a list of options, arrows, Enter, Escape.

/**
 * Drive a listbox from an input. `surChoix(option)` is called with the chosen <li role=option>;
 * `ouvrirListe()` may be asked for when Down is pressed on a closed list.
 */
export class Listbox {
  constructor(champ, { surChoix, surOuverture = () => {} }) {
    this.champ = champ;
    this.surChoix = surChoix;
    this.surOuverture = surOuverture;
    this.liste = null;
    this.rang = -1;
    champ.setAttribute("role", "combobox");
    champ.setAttribute("aria-autocomplete", "list");
    champ.setAttribute("aria-expanded", "false");
    champ.addEventListener("keydown", (evenement) => this.#touche(evenement));
    champ.addEventListener("blur", () => setTimeout(() => this.fermer(), 0));
  }

  get ouverte() {
    return this.liste !== null;
  }

  options() {
    return this.liste ? [...this.liste.querySelectorAll('[role="option"]:not([aria-disabled="true"])')] : [];
  }

  /** Show `liste` (an <ul role=listbox>) under the input. */
  montrer(liste) {
    this.fermer();
    this.liste = liste;
    this.champ.parentElement.append(liste);
    this.champ.setAttribute("aria-expanded", "true");
    this.champ.setAttribute("aria-controls", liste.id);
    // The focus stays in the input: a click on an option must not take it.
    liste.addEventListener("mousedown", (evenement) => evenement.preventDefault());
    liste.addEventListener("click", (evenement) => {
      const option = evenement.target.closest('[role="option"]:not([aria-disabled="true"])');
      if (option) this.#choisir(option, evenement);
    });
  }

  fermer() {
    this.liste?.remove();
    this.liste = null;
    this.rang = -1;
    this.champ.setAttribute("aria-expanded", "false");
    this.champ.removeAttribute("aria-controls");
    this.champ.removeAttribute("aria-activedescendant");
  }

  activer(rang) {
    const options = this.options();
    if (!options.length) return;
    this.rang = (rang + options.length) % options.length;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === this.rang)));
    options[this.rang].scrollIntoView({ block: "nearest" });
    this.champ.setAttribute("aria-activedescendant", options[this.rang].id);
  }

  #choisir(option, evenement) {
    this.surChoix(option, evenement);
  }

  #touche(evenement) {
    if (evenement.isComposing) return;
    if (evenement.key === "ArrowDown" || evenement.key === "ArrowUp") {
      evenement.preventDefault();
      if (!this.ouverte) this.surOuverture();
      else this.activer(evenement.key === "ArrowDown" ? this.rang + 1 : Math.max(this.rang, 0) - 1);
    } else if (evenement.key === "Enter" && this.ouverte && this.rang >= 0) {
      evenement.preventDefault();
      this.#choisir(this.options()[this.rang], evenement);
    } else if (evenement.key === "Escape" && this.ouverte) {
      evenement.preventDefault();
      evenement.stopPropagation();
      this.fermer();
    }
  }
}
