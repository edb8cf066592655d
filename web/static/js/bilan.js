// A bilan saves itself, answer by answer. Nothing is lost while the network is away, nothing is overwritten unseen.
import { File } from "./file.js";
import { ecrire, enClair, lire, memes } from "./questions.js";
import { creer, heure, jeton, pluriel, tous } from "./outils.js";

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
    this.file = new File((code, valeur, signal) => this.envoyer(code, valeur, signal), () => this.direEtat());
    if (!this.etat || !this.blocs.size) return;
    racine.querySelector("[data-sans-js]")?.remove();
    for (const bloc of this.blocs.values()) this.brancher(bloc);
    racine.querySelector("form")?.addEventListener("submit", (evenement) => evenement.preventDefault());
  }

  brancher(bloc) {
    bloc.valeurConnue = lire(bloc);
    let minuterie;
    const noter = () => {
      clearTimeout(minuterie);
      this.noter(bloc);
    };
    bloc.addEventListener("change", noter);
    bloc.addEventListener("input", (evenement) => {
      if (!evenement.target.matches("textarea, input[type=number], input[type=text]")) return;
      clearTimeout(minuterie);
      minuterie = setTimeout(noter, PAUSE_TEXTE);
    });
    const effacer = bloc.querySelector("[data-effacer]");
    effacer?.addEventListener("click", () => {
      ecrire(bloc, null);
      noter();
      bloc.querySelector("input")?.focus();
    });
    this.montrerEffacer(bloc);
  }

  noter(bloc) {
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
    this.compter(corps);
  }

  compter(corps) {
    const { nombre_reponses: reponses, nombre_questions: questions } = corps;
    if (questions !== undefined) {
      const barre = this.racine.querySelector("[data-progression] progress");
      if (barre) [barre.max, barre.value] = [questions || 1, reponses];
      const texte = this.racine.querySelector("[data-progression-texte]");
      if (texte) texte.textContent = `${reponses} ${pluriel(reponses, "réponse")} / ${questions}`;
      this.racine.querySelector("[data-progression]")?.classList.toggle("fini", reponses >= questions);
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
    const actuelle = lire(bloc);
    const auteur = corps.auteur ? `${corps.auteur}, à ${heure(corps.enregistre_a)}` : "Enregistré entre-temps";
    const cadre = creer("div", { class: "conflit", role: "group", "data-conflit": "", "aria-label": "Deux réponses différentes" });
    const regler = (valeur, garder) => {
      cadre.remove();
      bloc.dataset.version = corps.version;
      ecrire(bloc, valeur);
      bloc.valeurConnue = valeur;
      this.montrerEffacer(bloc);
      if (garder) this.file.ajouter(bloc.dataset.question, valeur);
      else this.enregistre(bloc, corps);
      this.direEtat();
      bloc.querySelector("input, select, textarea")?.focus();
    };
    const cote = (titre, valeur, libelle, garder) => {
      const bouton = creer("button", { type: "button", class: "bouton" }, libelle);
      bouton.addEventListener("click", () => regler(garder ? lire(bloc) : valeur, garder));
      return creer("div", {}, creer("p", { class: "secondaire" }, titre), creer("p", {}, enClair(bloc, valeur)), bouton);
    };
    cadre.append(
      creer("p", {}, creer("strong", {}, "Une autre personne a répondu à cette question. Laquelle garder ?")),
      creer("div", { class: "conflit-valeurs" },
        cote("La vôtre", actuelle, "Garder la mienne", true),
        cote(auteur, autre, "Prendre l'autre", false)),
    );
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
