// The one module of every page: each part finds its own markup and leaves the rest alone.
import { installerMenus } from "./menus.js";
import { installerTheme } from "./theme.js";
import { installerToasts } from "./toasts.js";
import { installerRaccourcis } from "./raccourcis.js";
import { installerRecherche } from "./recherche.js";
import { installerCombobox } from "./combobox.js";
import { installerDates } from "./date.js";
import { installerFormulaires } from "./formulaire.js";
import { installerConflits } from "./conflit.js";
import { installerBilan } from "./bilan.js";
import { installerImpression } from "./imprimer.js";
import { installerFrises } from "./frise.js";
import { installerConnexion } from "./connexion.js";
import { installerChoix } from "./choix.js";
import { installerAgenda } from "./agenda.js";
import { installerFragments } from "./fragments.js";
import { installerCopie } from "./copier.js";
import { installerGarde } from "./garde.js";
import { installerCollage } from "./coller.js";

function installer(racine) {
  installerToasts(racine);
  installerDates(racine);
  installerCombobox(racine);
  installerChoix(racine);
  installerFormulaires(racine);
  installerConflits(racine);
  installerBilan(racine);
  installerImpression(racine);
  installerFrises(racine);
  installerConnexion(racine);
  installerCopie(racine);
  installerGarde(racine);
  installerCollage(racine);
}

installerMenus();
installerTheme();
installerRaccourcis();
installerRecherche();
installerFragments();
installerAgenda();
installer(document);
// What htmx has just put in place gets the same care.
document.addEventListener("htmx:load", (evenement) => installer(evenement.detail.elt));
