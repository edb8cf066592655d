// A bilan saves itself, answer by answer. Nothing is lost while the network is away, nothing is overwritten unseen.
import { cadreConflit } from "./bilan-conflit.js";
import { surveillerDepart } from "./bilan-depart.js";
import { allerSuivante, suivreSections } from "./bilan-reperes.js";
import { File } from "./file.js";
import { ecrire, lire, memes } from "./questions.js";
import { heure, jeton, pluriel, tous } from "./outils.js";

const PAUSE_TEXTE = 1200;

export function installerBilan(racine) {
  for (const bilan of tous(racine, "[data-bilan]:not([data-pret])")) new Bilan(bilan);
}

class Bilan {
  constructor(racine) {
    racine.dataset.pret = "";
    this.racine = racine;
    this.etat = racine.querySelector("[data-etat-sauvegarde]");
    this.blocs = new Map(tous(racine, "[data-question][data-url]").map((bloc) => [bloc.dataset.question, bloc]));
    this.derniere = null;
    this.session = true;
    this.minuteries = new Map();
    this.file = new File((code, valeur, signal) => this.envoyer(code, valeur, signal), () => this.direEtat());
    suivreSections(racine);
    if (!this.etat || !this.blocs.size) return;
    for (const element of tous(racine, "[data-sans-js]")) element.remove();
    for (const bloc of this.blocs.values()) this.brancher(bloc);
    // The answers go one by one; a form beside them (« Fusion ») is sent as any other.
    racine.querySelector("form[data-bilan-formulaire]")?.addEventListener("submit", (evenement) => evenement.preventDefault());
    racine.querySelector("[data-suivante]")?.addEventListener("click", (evenement) => {
      evenement.preventDefault();
      allerSuivante(this.blocs.values());
    });
    surveillerDepart(this);
  }

  // What leaving needs to know (bilan-depart.js).
  get enAttente() { return this.file.nombre > 0; }

  get coupe() { return this.file.coupee; }

  /** Queue at once what is being typed. */
  vider() {
    for (const code of [...this.minuteries.keys()]) this.noter(this.blocs.get(code));
  }

  /** Whether everything is saved, and no choice waits, before `delai` milliseconds. */
  async attendre(delai) {
    const fin = Date.now() + delai;
    while (this.enAttente && Date.now() < fin && !this.coupe) await new Promise((suite) => setTimeout(suite, 25));
    return !this.enAttente && !this.racine.querySelector("[data-conflit], [data-erreur]:not([hidden])");
  }

  /** Show what keeps one on the page: a conflict, a refused answer, or the state of the saves. */
  montrerReste() {
    const cause = this.racine.querySelector("[data-conflit], [data-erreur]:not([hidden])") ?? this.etat;
    cause.scrollIntoView({ block: "center" });
    cause.querySelector("button")?.focus();
  }

  brancher(bloc) {
    bloc.valeurConnue = lire(bloc);
    bloc.addEventListener("change", (evenement) => {
      exclure(bloc, evenement.target);
      this.noter(bloc);
    });
    bloc.addEventListener("input", (evenement) => {
      if (!evenement.target.matches("textarea, input[type=number], input[type=text]")) return;
      clearTimeout(this.minuteries.get(bloc.dataset.question));
      this.minuteries.set(bloc.dataset.question, setTimeout(() => this.noter(bloc), PAUSE_TEXTE));
    });
    bloc.querySelector("[data-effacer]")?.addEventListener("click", () => {
      ecrire(bloc, null);
      this.noter(bloc);
      bloc.querySelector("input")?.focus();
    });
    this.montrerEffacer(bloc);
  }

  noter(bloc) {
    clearTimeout(this.minuteries.get(bloc.dataset.question));
    this.minuteries.delete(bloc.dataset.question);
    this.montrerEffacer(bloc);
    const valeur = lire(bloc);
    if (Number.isNaN(valeur) || memes(valeur, bloc.valeurConnue)) return;
    bloc.valeurConnue = valeur;
    this.montrerErreur(bloc, "");
    // While two values are side by side, the choice comes first.
    if (!bloc.querySelector("[data-conflit]")) this.file.ajouter(bloc.dataset.question, valeur);
  }

  async envoyer(code, valeur, signal) {
    const bloc = this.blocs.get(code);
    const reponse = await fetch(bloc.dataset.url, {
      method: "PUT",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-Jeton": jeton() },
      body: JSON.stringify({ valeur, version: Number(bloc.dataset.version) }),
      signal,
    });
    this.session = reponse.status !== 401;
    if (reponse.status === 401 || reponse.status === 429 || reponse.status >= 500) throw new Error(`statut ${reponse.status}`);
    const corps = await reponse.json();
    if (reponse.ok) this.enregistre(bloc, corps);
    else if (reponse.status === 409) this.conflit(bloc, valeur, corps);
    else this.montrerErreur(bloc, corps.message ?? "Cette réponse n'a pas pu être enregistrée.");
  }

  enregistre(bloc, corps) {
    bloc.dataset.version = corps.version;
    this.derniere = corps.enregistre_a;
    const pied = bloc.querySelector("[data-pied]");
    if (pied) pied.textContent = `Enregistré à ${heure(corps.enregistre_a)}`;
    bloc.querySelector("[data-historique]")?.removeAttribute("hidden");
    bloc.querySelector(".question-historique")?.replaceChildren();
    bloc.querySelector("[data-constats]")?.remove();
    bloc.classList.remove("question-constat");
    this.compter(corps);
  }

  compter(corps) {
    const { nombre_reponses: reponses, nombre_questions: questions } = corps;
    if (questions !== undefined) {
      const posees = questions - (corps.sans_objet ?? 0);
      const barre = this.racine.querySelector("[data-progression] progress");
      if (barre) [barre.max, barre.value] = [posees || 1, reponses];
      const texte = this.racine.querySelector("[data-progression-texte]");
      if (texte) texte.textContent = `${reponses} ${pluriel(reponses, "réponse")} / ${questions}`;
      this.racine.querySelector("[data-progression]")?.classList.toggle("fini", reponses >= posees);
      const reste = this.racine.querySelector("[data-reste]");
      if (reste && corps.restantes !== undefined) reste.textContent = enReste(corps.restantes, corps.sans_objet);
      this.racine.querySelector("[data-suivante]")?.toggleAttribute("hidden", reponses >= posees);
    }
    for (const [code, section] of Object.entries(corps.sections ?? {})) {
      const lien = this.racine.querySelector(`[data-section-lien="${CSS.escape(code)}"]`);
      if (!lien) continue;
      lien.querySelector("[data-compteur]").textContent = `${section.reponses} / ${section.questions}`;
      lien.classList.toggle("fini", section.questions > 0 && section.reponses >= section.questions);
    }
    if (corps.visibles) {
      const visibles = new Set(corps.visibles);
      for (const [code, bloc] of this.blocs) bloc.hidden = !visibles.has(code);
    }
  }

  conflit(bloc, mienne, corps) {
    const autre = corps.valeur ?? null;
    // The answer had arrived although its receipt was lost: the same value is no conflict.
    if (memes(mienne, autre)) return this.enregistre(bloc, corps);
    const regler = (garder) => {
      const valeur = garder ? lire(bloc) : autre;
      cadre.remove();
      bloc.dataset.version = corps.version;
      ecrire(bloc, valeur);
      bloc.valeurConnue = valeur;
      this.montrerEffacer(bloc);
      if (garder) this.file.ajouter(bloc.dataset.question, valeur);
      else this.enregistre(bloc, corps);
      this.direEtat();
      bloc.querySelector("input:not([type=hidden]), select:not([hidden]), textarea")?.focus();
    };
    const cadre = cadreConflit(bloc, lire(bloc), corps, regler);
    bloc.querySelector("[data-conflit]")?.remove();
    bloc.querySelector(".question-corps").append(cadre);
    return this.direEtat();
  }

  montrerErreur(bloc, message) {
    const erreur = bloc.querySelector("[data-erreur]");
    if (!erreur) return;
    erreur.hidden = !message;
    erreur.querySelector("span").textContent = message;
    for (const champ of bloc.querySelectorAll(".saisie")) champ.toggleAttribute("aria-invalid", false);
    if (message) bloc.querySelector(".saisie")?.setAttribute("aria-invalid", "true");
  }

  montrerEffacer(bloc) {
    const effacer = bloc.querySelector("[data-effacer]");
    if (effacer) effacer.hidden = lire(bloc) === null;
  }

  direEtat() {
    const { nombre } = this.file;
    const conflits = this.racine.querySelectorAll("[data-conflit]").length;
    let [etat, texte] = ["enregistre", this.derniere ? `Enregistré à ${heure(this.derniere)}` : this.etat.textContent];
    if (nombre && !this.session) [etat, texte] = ["hors-ligne", `Votre session est terminée : reconnectez-vous dans un autre onglet, ${nombre} ${pluriel(nombre, "réponse")} en attente`];
    else if (nombre && this.file.coupee) [etat, texte] = ["hors-ligne", `Hors connexion\u00a0: ${nombre} ${pluriel(nombre, "réponse")} en attente`];
    else if (nombre) [etat, texte] = ["encours", "Enregistrement…"];
    else if (conflits) [etat, texte] = ["conflit", `${conflits} ${pluriel(conflits, "réponse")} à choisir`];
    this.etat.dataset.etat = etat;
    if (this.etat.textContent !== texte) this.etat.textContent = texte;
  }
}

/** « Aucun » goes with no other: ticking one side unticks the other. */
function exclure(bloc, champ) {
  if (champ.type !== "checkbox" || !champ.checked) return;
  const seul = "exclusive" in champ.dataset;
  for (const autre of bloc.querySelectorAll("input[type=checkbox]")) {
    if (autre !== champ && (seul || "exclusive" in autre.dataset)) autre.checked = false;
  }
}

/** « 2 restantes, 3 sans objet », as the server writes it. */
function enReste(restantes, sansObjet) {
  const reste = restantes ? `${restantes} ${pluriel(restantes, "restante")}` : "Complet";
  return sansObjet ? `${reste}, ${sansObjet} sans objet` : reste;
}
