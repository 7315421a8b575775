"""The stock of invented first and last names, as varied as a real school's."""

# fmt: off
GIVEN = (
    "Ada", "Aaliyah", "Abel", "Adrián", "Agnès", "Ailbhe", "Alba", "Alex", "Amara", "Amélie", "Anaïs",
    "Anders", "Aoife", "Arjun", "Ása", "Astrid", "Ayodele", "Bao", "Beatriz", "Benoît", "Björn", "Bram",
    "Callum", "Camille", "Caoimhe", "Carys", "Cédric", "Chiara", "Chloë", "Ciarán", "Clémence", "Dafydd",
    "Dario", "Deniz", "D'Andre", "Efua", "Eilidh", "Elif", "Élodie", "Emre", "Esmé", "Eun-ji", "Fatima",
    "Felix", "Fenna", "Finn", "Françoise", "Gethin", "Gül", "Hana", "Håkon", "Hendrik", "Ibrahim", "Ida",
    "Imogen", "Inês", "Ioana", "Iria", "Isla", "Ivo", "Jana", "Jean-Luc", "João", "Jökull", "José", "Juno",
    "Kaia", "Kamal", "Kaya", "Keziah", "Kofi", "Laszlo", "Léa", "Leif", "Lerato", "Liv", "Lotte", "Lucía",
    "Luka", "Maeve", "Magnus", "Malik", "María", "Marisol", "Mateo", "Mei-Lin", "Meret", "Mia", "Miguel",
    "Milo", "Mirela", "Nadia", "Naoko", "Nia", "Niamh", "Noa", "Noor", "Odin", "Oisín", "Olu", "Oona",
    "Orla", "Óscar", "Pádraig", "Paloma", "Petra", "Priya", "Quinn", "Rafael", "Rania", "Rhys", "Romy",
    "Rosalind", "Rowan", "Ruairí", "Sade", "Saoirse", "Seán", "Selma", "Sienna", "Silas", "Síofra", "Sofía",
    "Sólveig", "Søren", "Sunniva", "Tamsin", "Tariq", "Thandiwe", "Théo", "Tomás", "Uma", "Valentina",
    "Vuk", "Wanjiru", "Wren", "Xiomara", "Yaël", "Yara", "Yusuf", "Zara", "Ze'ev", "Zoë", "Zuzana",
    "Þórdís",
)

FAMILY = (
    "Abara", "Adeyemi", "Ahlgren", "Álvarez", "Anand", "Appiah", "Åkesson", "Baptiste", "Barros",
    "Beaumont", "Bergström", "Bianchi", "Boateng", "Bouchard", "Brannigan", "Brûlé", "Castellanos", "Çelik",
    "Chatterjee", "Chukwu", "Colwyn", "D'Amico", "D'Souza", "Dąbrowski", "DaCosta", "Delacroix", "Demir",
    "Díaz", "Dlamini", "Dubois", "Dvořák", "Eberhardt", "Ekström", "Evans", "Fairweather", "Farouk", "Faÿ",
    "Fernández", "Fitzwilliam", "Fjeld", "Fontaine", "García", "Gößling", "Grünwald", "Gudmundsdóttir",
    "Haddad", "Halloran", "Haugen", "Hernández", "Holloway", "Horváth", "Ibáñez", "Ito", "Ivanova", "Jäger",
    "Jensen", "Jóhannsdóttir", "Kaplan", "Kaur", "Kowalczyk", "Królikowska", "Lachance", "Langley",
    "Lindqvist", "Łukasik", "MacAllister", "Mackenzie", "Maréchal", "Marković", "Mbeki", "McKinnon",
    "Mehta", "Mendonça", "Meyer", "Moreau", "Mukherjee", "Müller", "Nakamura", "Ndiaye", "Nguyễn", "Novák",
    "Nuñez", "Nyström", "O'Brien", "O'Connor", "O'Shaughnessy", "Okafor", "Olofsson", "Ó'Dálaigh", "Ortiz",
    "Östberg", "Özdemir", "Papadopoulou", "Patel", "Pereira", "Petrović", "Pritchard", "Quaye", "Quintero",
    "Rahman", "Ramírez", "Rasmussen", "Reyes", "Rodríguez", "Rossi", "Różycki", "Sánchez", "Santoro",
    "Schäfer", "Sjöberg", "Šimek", "Škoda", "Solheim", "Sørensen", "Strand", "Świt", "Szabó", "Tamm",
    "Thibault", "Thorne", "Tkachenko", "Traoré", "Tremblay", "Tuncer", "Ueda", "Ulrich", "Vaszary", "Vega",
    "Villanueva", "Vlček", "Wanamaker", "Weiß", "Whitlock", "Wójcik", "Yamada", "Yılmaz", "Zapata", "Zając",
    "Zhang", "Žižka",
)
# fmt: on

PREFIXED_FAMILY = ("van den Heuvel", "de la Cruz", "von Hohenfels", "Mac Giolla Phádraig", "dos Santos", "St. Clair")

LONG_FAMILY = ("Featherstonehaugh-Cholmondeley-Marjoribanks", "Papathanasopoulou-Konstantinidou")

ROMANISED = {
    "Юлия": "yuliya",
    "Олексій": "oleksii",
    "美咲": "misaki",
    "思远": "siyuan",
    "عمر": "omar",
    "ليلى": "layla",
    "Ελένη": "eleni",
    "지우": "jiwoo",
}
"""First names outside the Latin script, with the spelling that a school would use for a login."""

# fmt: off
PLACES = (
    "Ashgrove", "Calder", "Fernhill", "Millbrook", "Larkfield", "Stonebridge", "Willowbank", "Thornbury",
    "Hazelmere", "Kestrel Park", "Oakley", "Brackenridge", "Dunmore", "Elmstead", "Foxglove", "Greywater",
    "Heatherside", "Ivybridge", "Juniper Hill", "Linden", "Maplewood", "Nettlecombe", "Orchard Vale",
    "Penrose", "Quarry Lane", "Riverbend", "Saltmarsh", "Tamarack", "Underwood", "Violet Green", "Westerly",
    "Yarrow",
)
# fmt: on
