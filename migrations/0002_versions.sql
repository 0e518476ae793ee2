-- What an article says about itself beyond its text, versions of one item, and reports that go back to one origin.

alter table article
    add column item text check (length(item) <= 2000),
    add column item_version text,
    add column agency text,
    add column embargo text,
    add column usage_terms text,
    add column attribution text,
    add column fingerprint bigint[],
    add column origin_id uuid references article,
    add column superseded_by uuid references article;
comment on column article.item is 'What stays the same from version to version: a GUID, a NewsML id, or the address.';
comment on column article.attribution is 'The medium that the text names as its source: “Reuters reported”.';
comment on column article.origin_id is 'The earliest report with nearly the same text; null for an article that is its own origin.';
comment on column article.superseded_by is 'The next version of the same item.';
create index on article (item, source) where item is not null and superseded_by is null;
create index on article (origin_id) where origin_id is not null;

create table fingerprint_band (
    band bigint not null,
    article_id uuid not null references article,
    primary key (band, article_id)
);
comment on table fingerprint_band is 'Locality-sensitive index of the articles'' fingerprints: near-duplicates share a band.';

alter table record drop constraint record_type_check;
alter table record add constraint record_type_check
    check (type in ('event', 'quote', 'article', 'event.retracted', 'event.corrected', 'quote.retracted'));
alter table record add column retracts uuid references record (uuid);
create unique index on record (retracts) where type in ('event.retracted', 'quote.retracted');
comment on column record.retracts is 'The record that a correction or retraction takes back.';

grant select, insert on fingerprint_band to tidings_ingest;
grant update (superseded_by) on article to tidings_ingest;
grant select on all tables in schema public to tidings_operator;
