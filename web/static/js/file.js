// The queue of answers to save: kept in memory, sent one after the other, tried again until the server has them.

const ATTENTES = [1000, 2000, 4000, 8000, 15000, 30000];
const DELAI_MAXIMAL = 15000;

/**
 * One entry per question: an answer typed while another is on its way replaces the one that waits, never loses it.
 * `envoyer(code, valeur, signal)` returns "fait" (saved, refused or in conflict: no more to do here) or throws
 * (network, server busy, session over): then the answer stays and is tried again.
 */
export class File {
  constructor(envoyer, surEtat) {
    this.envoyer = envoyer;
    this.surEtat = surEtat;
    this.attente = new Map();
    this.essais = 0;
    this.enCours = null;
    this.minuterie = null;
    window.addEventListener("online", () => this.relancer());
    window.addEventListener("beforeunload", (evenement) => { if (this.nombre) evenement.preventDefault(); });
  }

  /** How many answers are not saved yet, the one on its way included. */
  get nombre() {
    return this.attente.size + (this.enCours !== null && !this.attente.has(this.enCours) ? 1 : 0);
  }

  get coupee() {
    return this.essais > 0;
  }

  ajouter(code, valeur) {
    this.attente.set(code, valeur);
    this.surEtat();
    if (this.minuterie === null) this.#avancer();
  }

  relancer() {
    clearTimeout(this.minuterie);
    this.minuterie = null;
    this.#avancer();
  }

  async #avancer() {
    if (this.enCours !== null || !this.attente.size) return;
    const [code, valeur] = this.attente.entries().next().value;
    this.attente.delete(code);
    this.enCours = code;
    this.surEtat();
    let rate = false;
    try {
      await this.envoyer(code, valeur, AbortSignal.timeout(DELAI_MAXIMAL));
      this.essais = 0;
    } catch {
      rate = true;
      // What was typed in the meantime is newer and wins.
      if (!this.attente.has(code)) this.attente = new Map([[code, valeur], ...this.attente]);
    }
    this.enCours = null;
    if (rate) {
      this.minuterie = setTimeout(() => this.relancer(), ATTENTES[Math.min(this.essais, ATTENTES.length - 1)]);
      this.essais += 1;
    }
    this.surEtat();
    if (!rate) this.#avancer();
  }
}
