"""Rights of people and keys, as those see them who have only some of the districts (`$1`; null: all)."""


def own_districts(districts: str) -> str:
    """Of the districts in a column those that whoever asks has, too."""
    return f"""
        CASE WHEN $1::text[] IS NULL THEN {districts}
             ELSE ARRAY(SELECT d FROM unnest({districts}) d WHERE d = ANY ($1)) END
    """


def own_schools(schools: str) -> str:
    """Of the schools in a column those of these districts; null as it is: all."""
    return f"""
        CASE WHEN $1::text[] IS NULL OR {schools} IS NULL THEN {schools}
             ELSE ARRAY(SELECT s.id FROM school s WHERE s.id = ANY ({schools}) AND s.district_id = ANY ($1)) END
    """
