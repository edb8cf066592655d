"""The core rules A21 to A28 that the dossier alone can tell: droit, doublons, difficultés, référents, archive.

Definitions: domain reference §5.1.
"""

from viesion_core.alertes.model import Critere, Parametre, RegleAlerte, Unite, parmi

DROIT_NON_OUVERT = ("1", "3", "4", "5", "6")
"""ETATDOSRSA: refused, suspended, closed (CNAF, VRSB0801)."""
_CODES = ", ".join(f"'{code}'" for code in DROIT_NON_OUVERT)
_DIFFICULTE = "f.fin IS NULL AND f.actualisee_le < :seuil"
_INACTIF = (
    "affectation a JOIN utilisateur u ON u.id = a.referent",
    "NOT u.actif AND (a.fin IS NULL OR a.fin >= :aujourdhui)",
)
_MEMES = "d.nom_cle = b.nom_cle AND d.prenom_cle = b.prenom_cle AND d.date_naissance = b.date_naissance"

REGLES_DU_DOSSIER: tuple[RegleAlerte, ...] = (
    RegleAlerte(
        code="A21",
        titre="CER à convertir avant le 01/01/2027",
        description="Personne accompagnée au 01/01/2025, sans contrat d'engagement",
        rubrique="Contrats",
        criteres=(
            Critere(
                "Accompagnée au 01/01/2025, et toujours dans le dispositif",
                "s.entree_depuis <= '2025-01-01'",
                "Entrée dans le dispositif",
                "s.entree_depuis",
            ),
            Critere(
                "Aucun contrat d'engagement",
                "NOT EXISTS (SELECT 1 FROM contrat k WHERE k.beneficiaire = b.numero AND k.type = 'CE')",
                "Dernier contrat jusqu'au",
                "s.contrat_fin",
            ),
        ),
        onglet="contrats/nouveau",
        action="Faire le contrat d'engagement",
    ),
    RegleAlerte(
        code="A22",
        titre="Droit clos ou suspendu avec étape ouverte",
        description="Le droit au RSA n'est pas ouvert, et une étape l'est",
        rubrique="Droits",
        criteres=(
            Critere(
                "Droit RSA clos, suspendu ou refusé",
                f"b.etat_droit IN ({_CODES})",
                "État du droit",
                "b.etat_droit",
                liste="ETAT_DROIT",
            ),
            Critere("Une étape est ouverte", "s.etape_depuis <= :aujourdhui", "Étape depuis le", "s.etape_depuis"),
        ),
        onglet="parcours",
        action="Revoir l'étape",
    ),
    RegleAlerte(
        code="A25",
        titre="Doublons probables",
        description="Même nom, même prénom et même date de naissance qu'un autre dossier",
        rubrique="Identité",
        criteres=(
            Critere(
                "Un autre dossier a les mêmes nom, prénom et date de naissance",
                f"EXISTS (SELECT 1 FROM beneficiaire d WHERE {_MEMES} AND d.numero <> b.numero)",
                ensemble="""SELECT m.numero FROM beneficiaire m JOIN (
                    SELECT d.nom_cle, d.prenom_cle, d.date_naissance FROM beneficiaire d
                    GROUP BY d.date_naissance, d.nom_cle, d.prenom_cle HAVING count(*) > 1) g
                    ON g.nom_cle = m.nom_cle AND g.prenom_cle = m.prenom_cle
                        AND g.date_naissance = m.date_naissance""",
            ),
        ),
        onglet="identite",
        action="Vérifier l'identité",
    ),
    RegleAlerte(
        code="A26",
        titre="Difficultés ouvertes non suivies",
        description="Une difficulté sans date de fin, ni mise à jour depuis X mois",
        rubrique="Difficultés",
        parametre=Parametre(defaut=6, minimum=1, maximum=36, unite=Unite.MOIS),
        criteres=(
            parmi(
                "Une difficulté ouverte n'a pas été mise à jour depuis X mois",
                "difficulte f",
                _DIFFICULTE,
                nom="Dernière mise à jour",
                valeur=f"""(SELECT min(f.actualisee_le) FROM difficulte f
                    WHERE f.beneficiaire = b.numero AND {_DIFFICULTE})""",
            ),
        ),
        onglet="difficultes",
        action="Revoir les difficultés",
    ),
    RegleAlerte(
        code="A27",
        titre="Référents clôturés encore rattachés",
        description="Le compte d'un référent est clôturé, et son affectation continue",
        rubrique="Référents",
        criteres=(parmi("Un référent affecté a un compte clôturé", *_INACTIF),),
        onglet="parcours",
        action="Changer de référent",
        acte="referent_cloture",
    ),
    RegleAlerte(
        code="A28",
        titre="Dossiers à archiver",
        description="Dernier contact il y a plus de X mois, et aucun dispositif actif",
        rubrique="Dossier",
        parametre=Parametre(defaut=24, minimum=12, maximum=120, unite=Unite.MOIS),
        criteres=(
            Critere("Aucun dispositif en cours", "s.entree_depuis IS NULL"),
            Critere(
                "Dernière «\u00a0Présence\u00a0», ou création du dossier, il y a plus de X mois",
                """s.derniere_presence < :seuil_instant OR (s.derniere_presence IS NULL AND EXISTS (
                    SELECT 1 FROM beneficiaire d WHERE d.numero = b.numero AND d.created_at < :seuil_instant))""",
                "Dernier contact",
                "coalesce(s.derniere_presence, b.created_at)",
            ),
        ),
        onglet="dispositif",
        action="Revoir le dossier",
    ),
)
