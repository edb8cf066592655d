// Two people answered the same question: both values side by side, one is chosen, nothing is overwritten unseen.
import { enClair } from "./questions.js";
import { creer, heure } from "./outils.js";

/**
 * The frame of a conflict. `regler(garder)` is called with the choice: true for one's own answer.
 * `corps` is the answer 409 of the server: version, valeur, auteur, enregistre_a.
 */
export function cadreConflit(bloc, mienne, corps, regler) {
  const auteur = corps.auteur ? `${corps.auteur}, à ${heure(corps.enregistre_a)}` : "Effacée entre-temps";
  const cadre = creer("div", { class: "conflit", role: "group", "data-conflit": "", "aria-label": "Deux réponses différentes" });
  const cote = (titre, valeur, libelle, garder) => {
    const bouton = creer("button", { type: "button", class: "bouton" }, libelle);
    bouton.addEventListener("click", () => regler(garder));
    return creer("div", {}, creer("p", { class: "secondaire" }, titre), creer("p", {}, enClair(bloc, valeur)), bouton);
  };
  cadre.append(
    creer("p", {}, creer("strong", {}, "Une autre personne a répondu à cette question. Laquelle garder ?")),
    creer("div", { class: "conflit-valeurs" },
      cote("La vôtre", mienne, "Garder la mienne", true),
      cote(auteur, corps.valeur ?? null, "Prendre l'autre", false)),
  );
  return cadre;
}
