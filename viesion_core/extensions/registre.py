"""The registry: what the plugins declare, and the calls that the core and the screens make to them."""

import functools
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
import pluggy

from viesion_core import hookspecs
from viesion_core.alertes.model import RegleAlerte, verifier_codes
from viesion_core.bilans.model import BilanVu, Questionnaire
from viesion_core.db.migrations import Migration
from viesion_core.echanges.envois_model import FluxSortant
from viesion_core.echanges.model import Flux
from viesion_core.extensions.appels import Appelant, EchecExtension
from viesion_core.fusion.model import ModeleFusion
from viesion_core.offres.model import Constat, DossierVu, Offre, Panneau, PointSortie
from viesion_core.parcours.model import EtapeResume, SaisieEtape
from viesion_core.resume.model import Niveau

_LOG = logging.getLogger("viesion.extensions")
T = TypeVar("T")


class _Trouvee(Protocol):
    @property
    def nom(self) -> str: ...
    @property
    def distribution(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def module(self) -> Any: ...
    @property
    def erreur(self) -> str: ...
    @property
    def incompatible(self) -> bool: ...


class EtatExtension(msgspec.Struct, frozen=True, kw_only=True):
    """An installed plugin as the administration page and `viesion offres` show it; `erreur` "" when it runs.

    `incompatible`: it requires another version of VieSion.
    """

    nom: str
    distribution: str
    version: str
    offre: str = ""
    erreur: str = ""
    incompatible: bool = False
    defaillances: tuple[str, ...] = ()


class _Extension:
    """A registered plugin: its declarations, its guarded caller, its last failures."""

    def __init__(self, trouvee: _Trouvee) -> None:
        self.trouvee = trouvee
        self.nom = trouvee.nom
        self.appelant = Appelant(trouvee.nom)
        self.erreur = trouvee.erreur
        self.offre: Offre | None = None
        self.questionnaires: list[Questionnaire] = []
        self.modeles: list[ModeleFusion] = []
        self.migrations: list[Migration] = []
        self.regles: list[RegleAlerte] = []
        self.regles_erreur = ""
        self.flux: list[Flux] = []
        self.envois: list[FluxSortant] = []
        self.defaillances: list[str] = []

    def noter(self, echec: EchecExtension) -> None:
        """Keep the last failures, for the administration page."""
        self.defaillances = [*[d for d in self.defaillances if d != echec.message], echec.message][-5:]


class Registre:
    """The plugins of this process. Offres are known by their code; a disabled plugin's offre is None."""

    def __init__(self) -> None:
        self._gestionnaire = pluggy.PluginManager(hookspecs.PROJET)
        self._gestionnaire.add_hookspecs(hookspecs)
        self._extensions: dict[str, _Extension] = {}
        self._crochets: dict[tuple[str, str], Any] = {}

    @classmethod
    def composer(cls, trouvees: Iterable[_Trouvee]) -> "Registre":
        """Register what was found: a bad plugin is refused and named, the rest runs."""
        registre = cls()
        for trouvee in trouvees:
            registre._enregistrer(trouvee)
        registre._crochets.clear()  # the plugins registered since must be left out of each caller too
        return registre

    def etats(self) -> list[EtatExtension]:
        """Return every installed plugin, refused ones included."""
        return [
            EtatExtension(
                nom=e.nom,
                distribution=e.trouvee.distribution,
                version=e.trouvee.version,
                offre=e.offre.code if e.offre else "",
                erreur=e.erreur or e.appelant.suspendue,
                incompatible=e.trouvee.incompatible,
                defaillances=tuple(e.defaillances),
            )
            for e in self._extensions.values()
        ]

    def offres(self) -> list[Offre]:
        """Return the offres that the running plugins bring, by code."""
        return sorted((e.offre for e in self._actives() if e.offre), key=lambda offre: offre.code)

    def offre(self, code: str) -> Offre | None:
        """Return an offre; None when its plugin is not installed or was refused."""
        extension = self._de_l_offre(code)
        return extension.offre if extension else None

    def questionnaires(self, offres: Collection[str] | None = None) -> list[Questionnaire]:
        """Return the latest version of each questionnaire (of some offres), in the order of the plugins."""
        derniers: dict[str, Questionnaire] = {}
        for extension in self._actives():
            if offres is None or (extension.offre and extension.offre.code in offres):
                for questionnaire in sorted(extension.questionnaires, key=lambda q: q.version):
                    derniers[questionnaire.code] = questionnaire
        return list(derniers.values())

    def tous_questionnaires(self) -> list[Questionnaire]:
        """Return every version of every questionnaire, for the base to keep."""
        return [q for extension in self._actives() for q in extension.questionnaires]

    def modeles_fusion(self) -> list[ModeleFusion]:
        """Return the Word templates that the plugins ship."""
        return [modele for extension in self._actives() for modele in extension.modeles]

    def flux(self) -> list[Flux]:
        """Return the flows of the partners that the running plugins understand."""
        return [flux for extension in self._actives() for flux in extension.flux]

    def envois(self) -> list[FluxSortant]:
        """Return the flows to partners that the running plugins word."""
        return [flux for extension in self._actives() for flux in extension.envois]

    def regles_alerte(self, offres: Collection[str] | None = None) -> list[RegleAlerte]:
        """Return the alert rules of the plugins (of some offres, and of the bridges)."""
        extensions = self._actives() if offres is None else self._de(offres)
        return [regle for extension in extensions for regle in extension.regles]

    def regles_indisponibles(self, offres: Collection[str]) -> list[str]:
        """Return why the alert rules of some plugins are not available, a French sentence each."""
        return [e.regles_erreur for e in self._de(offres) if e.regles_erreur]

    def migrations(self) -> dict[str, Sequence[Migration]]:
        """Return the migrations of the plugins that have tables, by plugin."""
        return {e.nom: e.migrations for e in self._actives() if e.migrations}

    async def preremplir_bilan(
        self, offre: str, dossier: DossierVu, questionnaire: str, etape: EtapeResume
    ) -> dict[str, Any]:
        """Return the answers that the dossier already knows; {} when the plugin fails."""
        try:
            reponse = await self._demander(
                offre,
                "preremplir_bilan",
                dict[str, Any],
                dossier=dossier,
                questionnaire=questionnaire,
                etape=etape,
            )
        except EchecExtension:
            return {}
        return reponse or {}

    async def controler_bilan(self, offre: str, dossier: DossierVu, bilan: BilanVu) -> list[Constat]:
        """Return what the plugin finds before the closing; a failure is itself a blocking finding."""
        try:
            return await self._demander(offre, "controler_bilan", list[Constat], dossier=dossier, bilan=bilan) or []
        except EchecExtension as echec:
            return [Constat(echec.message)]

    async def completer_fusion(
        self, offre: str, dossier: DossierVu, bilan: BilanVu | None, modele: str
    ) -> dict[str, Any]:
        """Return the plugin's own fields; EchecExtension goes through, so that no partial document is made."""
        reponse = await self._demander(
            offre, "completer_fusion", dict[str, Any], dossier=dossier, bilan=bilan, modele=modele
        )
        return reponse or {}

    async def controler_etape(self, offre: str, dossier: DossierVu, etape: SaisieEtape) -> list[Constat]:
        """Return what the plugin finds before an étape is saved; a failure blocks, and names the plugin."""
        try:
            return await self._demander(offre, "controler_etape", list[Constat], dossier=dossier, etape=etape) or []
        except EchecExtension as echec:
            return [Constat(echec.message)]

    async def verifier_sortie(self, offre: str, dossier: DossierVu, etape: EtapeResume) -> list[PointSortie]:
        """Return the plugin's lines of the exit checklist; a failure is a line « non vérifiable »."""
        try:
            return await self._demander(offre, "verifier_sortie", list[PointSortie], dossier=dossier, etape=etape) or []
        except EchecExtension as echec:
            libelle = f"{offre}\u00a0: non vérifiable"
            return [PointSortie(libelle=libelle, fait=False, detail=echec.message, verifiable=False)]

    async def panneaux(self, offres: Collection[str], dossier: DossierVu) -> list[Panneau]:
        """Return the sheets of every enabled plugin; one that fails gives a notice in its place."""
        panneaux: list[Panneau] = []
        for extension in self._de(offres):
            try:
                panneaux += (await self._appeler(extension, "proposer_panneaux", list[Panneau], dossier=dossier) or [])[
                    :5
                ]
            except EchecExtension as echec:
                panneaux.append(Panneau(titre=extension.nom, texte=echec.message, niveau=Niveau.ATTEND))
        return panneaux

    async def annoncer(
        self, offres: Collection[str], nom: str, beneficiaire: int | None, donnees: Mapping[str, Any]
    ) -> str:
        """Deliver an event to each plugin enabled; return what failed ("" when all heard it)."""
        echecs = []
        for extension in self._de(offres):
            crochet = self._crochet(extension, nom)
            if crochet is None:
                continue
            arguments = {"beneficiaire": beneficiaire or 0, "donnees": dict(donnees)}
            try:
                await extension.appelant.annoncer(nom, functools.partial(_interroger, crochet, arguments))
            except EchecExtension as echec:
                extension.noter(echec)
                echecs.append(echec.message)
        return " ".join(echecs)

    def refuser(self, offre: str, message: str) -> None:
        """Stop the plugin of an offre that the base refuses; `message` (French) is shown on the administration page."""
        extension = self._de_l_offre(offre)
        if extension is not None:
            extension.erreur = message
            _LOG.error("extension %s refused: %s", extension.nom, message)

    def signaler(self, offre: str, message: str) -> None:
        """Show a failure of the plugin of an offre on the administration page; it goes on."""
        extension = self._de_l_offre(offre)
        if extension is not None:
            extension.noter(EchecExtension(message))

    def fermer(self) -> None:
        """Let the threads of the plugins go."""
        for extension in self._extensions.values():
            extension.appelant.fermer()

    def _enregistrer(self, trouvee: _Trouvee) -> None:
        if trouvee.nom in self._extensions:
            premier = self._extensions[trouvee.nom]
            premier.erreur = f"Deux extensions s'appellent {trouvee.nom} : aucune n'est chargée."
            return
        extension = self._extensions[trouvee.nom] = _Extension(trouvee)
        if extension.erreur:
            return
        try:
            self._gestionnaire.register(trouvee.module, name=trouvee.nom)
            self._gestionnaire.check_pending()
            self._declarer(extension)
        except (EchecExtension, pluggy.PluginValidationError, ValueError) as erreur:
            extension.erreur = str(erreur).replace("\n", " ")
            _LOG.error("extension %s refused: %s", trouvee.nom, extension.erreur)
            if self._gestionnaire.has_plugin(trouvee.nom):
                self._gestionnaire.unregister(name=trouvee.nom)

    def _declarer(self, extension: _Extension) -> None:
        """Ask for the declarations, once; EchecExtension or ValueError refuses the plugin."""
        extension.offre = self._declaration(extension, "declarer_offre", Offre | None)
        if extension.offre and self._de_l_offre(extension.offre.code, sauf=extension):
            code = extension.offre.code
            extension.offre = None
            raise ValueError(f"L'offre {code} est déjà celle d'une autre extension.")
        code = extension.offre.code if extension.offre else ""
        questionnaires = self._declaration(extension, "declarer_bilans", list[Questionnaire]) or []
        extension.questionnaires = [msgspec.structs.replace(q, offre=code) for q in questionnaires]
        extension.migrations = self._declaration(extension, "declarer_migrations", list[Migration]) or []
        try:
            modeles = self._declaration(extension, "declarer_modeles_fusion", list) or []
            extension.modeles = [msgspec.structs.replace(msgspec.convert(m, ModeleFusion), offre=code) for m in modeles]
        except (EchecExtension, msgspec.ValidationError) as erreur:
            extension.defaillances.append(f"Les modèles de fusion de {extension.nom} sont indisponibles : {erreur}")
        self._declarer_flux(extension)
        self._declarer_envois(extension)
        self._declarer_regles(extension, code)

    def _declarer_flux(self, extension: _Extension) -> None:
        """Ask for the flows; a failure, or something else than flows, leaves them out and says so."""
        try:
            flux = self._declaration(extension, "declarer_flux", list[Flux]) or []
            for un in flux:
                un.verifier()
        except (EchecExtension, ValueError) as erreur:
            extension.defaillances.append(f"Les flux de {extension.nom} sont indisponibles\u00a0: {erreur}")
            return
        extension.flux = flux

    def _declarer_envois(self, extension: _Extension) -> None:
        """Ask for the flows to partners; a failure, or a flow that another plugin words, leaves them out."""
        try:
            envois = self._declaration(extension, "declarer_envois", list[FluxSortant]) or []
            pris = {flux.code for e in self._extensions.values() if e is not extension for flux in e.envois}
            for un in envois:
                un.verifier()
                if un.code in pris:
                    raise ValueError(f"le flux {un.code} est déjà celui d'une autre extension")
        except (EchecExtension, ValueError) as erreur:
            extension.defaillances.append(f"Les envois de {extension.nom} sont indisponibles\u00a0: {erreur}")
            return
        extension.envois = envois

    def _declarer_regles(self, extension: _Extension, offre: str) -> None:
        """Ask for the alert rules; a failure, or a code already taken, leaves them out and says so."""
        try:
            regles = self._declaration(extension, "declarer_regles_alerte", list[RegleAlerte]) or []
            prises = {regle.code for e in self._extensions.values() if e is not extension for regle in e.regles}
            verifier_codes(regles, prises)
        except (EchecExtension, ValueError) as erreur:
            extension.regles_erreur = f"Les alertes de {extension.nom} sont indisponibles\u00a0: {erreur}"
            extension.defaillances.append(extension.regles_erreur)
        else:
            extension.regles = [msgspec.structs.replace(regle, offre=offre) for regle in regles]

    def _declaration(self, extension: _Extension, nom: str, attendu: Any) -> Any:
        crochet = self._crochet(extension, nom)
        if crochet is None:
            return None
        return extension.appelant.appeler_maintenant(nom, functools.partial(_interroger, crochet, {}), attendu)

    async def _demander(self, offre: str, nom: str, attendu: type[T], **arguments: Any) -> T | None:
        """Ask the plugin of an offre; None when it is absent or has nothing to say."""
        extension = self._de_l_offre(offre)
        return await self._appeler(extension, nom, attendu, **arguments) if extension else None

    async def _appeler(self, extension: _Extension, nom: str, attendu: type[T], **arguments: Any) -> T | None:
        crochet = self._crochet(extension, nom)
        if crochet is None:
            return None
        try:
            resultat: T | None = await extension.appelant.appeler(
                nom, functools.partial(_interroger, crochet, arguments), attendu
            )
        except EchecExtension as echec:
            extension.noter(echec)
            raise
        return resultat

    def _crochet(self, extension: _Extension, nom: str) -> Any:
        """Return the caller of one hook of one plugin alone; None when it does not implement it."""
        cle = (extension.nom, nom)
        if cle not in self._crochets:
            appelant = getattr(self._gestionnaire.hook, nom, None)
            if appelant is None or not any(i.plugin_name == extension.nom for i in appelant.get_hookimpls()):
                self._crochets[cle] = None
            else:
                autres = [m for n, m in self._gestionnaire.list_name_plugin() if m is not None and n != extension.nom]
                self._crochets[cle] = self._gestionnaire.subset_hook_caller(nom, autres)
        return self._crochets[cle]

    def _actives(self) -> list[_Extension]:
        return [e for e in self._extensions.values() if not e.erreur]

    def _de(self, offres: Collection[str]) -> list[_Extension]:
        """Return the running plugins of some offres, and those that bring none (bridges): always asked."""
        return [e for e in self._actives() if e.offre is None or e.offre.code in offres]

    def _de_l_offre(self, code: str, sauf: _Extension | None = None) -> _Extension | None:
        return next((e for e in self._actives() if e is not sauf and e.offre and e.offre.code == code), None)


def _interroger(crochet: Any, arguments: Mapping[str, Any]) -> Any:
    """Return the answer of the only plugin asked; None when it had nothing to say."""
    reponses = crochet(**arguments)
    return reponses[0] if reponses else None
