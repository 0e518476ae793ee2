-- What a source's defaults filled, so that nobody takes it for the article's own word.

create table article_default (
    article_id uuid not null references article,
    member text not null check (member in ('source', 'author', 'language', 'usage_terms')),
    folder text not null,
    primary key (article_id, member)
);
comment on table article_default is 'Members of articles that the article does not state: filled from the defaults of the inbox folder it came in.';
grant insert on article_default to tidings_ingest;
grant select on article_default to tidings_operator;
