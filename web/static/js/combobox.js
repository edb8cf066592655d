// A long <select data-combobox> that filters while typing; a text field that asks the server for options.
// The select stays in the form (its name, its value): without JavaScript nothing is lost.
import { Listbox } from "./listbox.js";
import { creer, retarder, tous } from "./outils.js";

const MONTREES = 100;
const DELAI = 120;
let suivant = 0;

/** Without accents, capitals and hyphens: « Saint-Gély » is found by « saint gely ». */
const plier = (texte) => texte.normalize("NFD").replace(/\p{M}/gu, "").replace(/[-'’]/g, " ").toLowerCase();

export function installerCombobox(racine) {
  for (const select of tous(racine, "select[data-combobox]:not([data-pret])")) brancherSelect(select);
  for (const cadre of tous(racine, "[data-combobox-distant]:not([data-pret])")) brancherDistant(cadre);
}

function brancherSelect(select) {
  select.dataset.pret = "";
  const choix = [...select.options].filter((option) => option.value).map((option) => ({
    option, texte: option.text, plie: plier(option.text), groupe: option.parentElement.label ?? "",
  }));
  const champ = creer("input", { class: "saisie", type: "text", autocomplete: "off", placeholder: select.options[0]?.text ?? "" });
  for (const nom of ["id", "aria-describedby", "aria-invalid", "required"]) {
    if (select.hasAttribute(nom)) champ.setAttribute(nom, select.getAttribute(nom));
  }
  select.removeAttribute("id");
  select.removeAttribute("required");
  select.hidden = true;
  const cadre = creer("div", { class: "combobox" }, champ);
  select.before(cadre);
  cadre.append(select);
  const montrerChoix = () => { champ.value = select.value ? select.selectedOptions[0].text : ""; };
  montrerChoix();
  select.addEventListener("change", montrerChoix);

  const listbox = new Listbox(champ, {
    surChoix: (li) => { poser(choix[Number(li.dataset.rang)].option.value); listbox.fermer(); },
    surOuverture: () => proposer(""),
  });

  function poser(valeur) {
    select.value = valeur;
    montrerChoix();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function proposer(recherche) {
    const mots = plier(recherche).split(/\s+/).filter(Boolean);
    const gardes = choix.filter(({ plie }) => mots.every((mot) => plie.includes(mot)));
    listbox.montrer(construireListe(gardes.slice(0, MONTREES), choix));
    if (recherche && gardes.length) listbox.activer(0);
  }

  champ.addEventListener("click", () => { if (!listbox.ouverte) { champ.select(); proposer(""); } });
  champ.addEventListener("input", () => proposer(champ.value));
  champ.addEventListener("change", () => {
    // Left without choosing: an exact text counts, an empty field empties, anything else goes back.
    const exact = choix.find(({ plie }) => plie === plier(champ.value));
    poser(exact ? exact.option.value : champ.value.trim() ? select.value : "");
  });
  select.addEventListener("pose", montrerChoix);
  select.form?.addEventListener("reset", () => setTimeout(montrerChoix, 0));
}

function construireListe(gardes, choix) {
  const id = `choix-${++suivant}`;
  const liste = creer("ul", { class: "liste-choix", role: "listbox", id, "aria-label": "Choix" });
  for (const garde of gardes) {
    const rang = choix.indexOf(garde);
    const li = creer("li", { role: "option", id: `${id}-${rang}`, "data-rang": String(rang), "aria-selected": "false" }, garde.texte);
    if (garde.groupe) li.append(creer("span", { class: "secondaire a-droite" }, garde.groupe));
    liste.append(li);
  }
  if (!gardes.length) {
    liste.append(creer("li", { role: "option", id: `${id}-rien`, "aria-disabled": "true", "aria-selected": "false" }, "Aucun élément ne correspond"));
  }
  return liste;
}

function brancherDistant(cadre) {
  cadre.dataset.pret = "";
  const code = cadre.querySelector("input[type=hidden]");
  const champ = cadre.querySelector("input[type=text]");
  let enCours = null;
  const listbox = new Listbox(champ, {
    surChoix: (li) => {
      code.value = li.dataset.code;
      champ.value = li.dataset.texte;
      listbox.fermer();
      code.dispatchEvent(new Event("change", { bubbles: true }));
    },
    surOuverture: () => chercher(),
  });

  async function chercher() {
    enCours?.abort();
    enCours = new AbortController();
    const adresse = `${cadre.dataset.comboboxDistant}?q=${encodeURIComponent(champ.value.trim())}`;
    try {
      const reponse = await fetch(adresse, { headers: { "HX-Request": "true" }, signal: enCours.signal });
      if (!reponse.ok || document.activeElement !== champ) return;
      const liste = new DOMParser().parseFromString(await reponse.text(), "text/html").querySelector('[role="listbox"]');
      if (liste) listbox.montrer(document.adoptNode(liste));
    } catch (erreur) {
      if (erreur.name !== "AbortError") listbox.fermer();
    }
  }

  champ.addEventListener("input", () => { code.value = ""; });
  champ.addEventListener("input", retarder(chercher, DELAI));
}
