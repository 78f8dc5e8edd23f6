-- The tables of the read model. Amounts are uait (at most 10^18), times unix seconds of
-- market time, hashes hexadecimal. Heights are those of the block that wrote a row last.

CREATE TABLE meta (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE agents (
  id BIGINT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL DEFAULT '',
  operator TEXT NOT NULL DEFAULT '',
  payout TEXT NOT NULL DEFAULT '',
  status INTEGER NOT NULL DEFAULT 0,
  pause_reason INTEGER NOT NULL DEFAULT 0,
  status_until BIGINT NOT NULL DEFAULT 0,
  type INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  version TEXT NOT NULL DEFAULT '',
  card_uri TEXT NOT NULL DEFAULT '',
  card_hash TEXT NOT NULL DEFAULT '',
  registered_at BIGINT NOT NULL DEFAULT 0,
  last_seen BIGINT NOT NULL DEFAULT 0,
  bonded BIGINT NOT NULL DEFAULT 0,
  reserved BIGINT NOT NULL DEFAULT 0,
  unbonding BIGINT NOT NULL DEFAULT 0,
  reservations INTEGER NOT NULL DEFAULT 0,
  height BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX agents_status_id ON agents (status, id);

CREATE TABLE skills (
  agent_id BIGINT NOT NULL,
  skill TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  price_model INTEGER NOT NULL,
  price_unit TEXT NOT NULL,
  price BIGINT NOT NULL,
  sla_seconds BIGINT NOT NULL,
  max_concurrent INTEGER NOT NULL,
  PRIMARY KEY (agent_id, skill)
);
CREATE INDEX skills_skill_agent ON skills (skill, agent_id);
CREATE INDEX skills_skill_price ON skills (skill, price, agent_id);
CREATE INDEX skills_price ON skills (price, agent_id, skill);

CREATE TABLE skill_tags (
  agent_id BIGINT NOT NULL,
  skill TEXT NOT NULL,
  tag TEXT NOT NULL,
  PRIMARY KEY (agent_id, skill, tag)
) /* WITHOUT ROWID */;
CREATE INDEX skill_tags_tag ON skill_tags (tag, agent_id, skill);

CREATE TABLE skill_media (
  agent_id BIGINT NOT NULL,
  skill TEXT NOT NULL,
  direction INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  PRIMARY KEY (agent_id, skill, direction, media_type)
) /* WITHOUT ROWID */;

CREATE TABLE labels (
  agent_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (agent_id, key)
) /* WITHOUT ROWID */;
CREATE INDEX labels_key_value ON labels (key, value, agent_id);

-- The words of an agent's texts, with the greatest weight that each has.
CREATE TABLE terms (
  term TEXT NOT NULL,
  agent_id BIGINT NOT NULL,
  weight INTEGER NOT NULL,
  PRIMARY KEY (term, agent_id)
) /* WITHOUT ROWID */;
CREATE INDEX terms_term_weight ON terms (term, weight DESC, agent_id);
CREATE INDEX terms_agent ON terms (agent_id, term, weight);

CREATE TABLE attestations (
  agent_id BIGINT NOT NULL,
  issuer TEXT NOT NULL,
  type INTEGER NOT NULL,
  hash TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked INTEGER NOT NULL,
  PRIMARY KEY (agent_id, issuer, type)
);
CREATE INDEX attestations_issuer ON attestations (issuer, agent_id);

CREATE TABLE offers (
  agent_id BIGINT NOT NULL,
  offer_id INTEGER NOT NULL,
  skill TEXT NOT NULL,
  price_model INTEGER NOT NULL,
  price_unit TEXT NOT NULL,
  price BIGINT NOT NULL,
  min_amount BIGINT NOT NULL,
  max_amount BIGINT NOT NULL,
  min_delivery_seconds BIGINT NOT NULL,
  max_delivery_seconds BIGINT NOT NULL,
  max_review_seconds BIGINT NOT NULL,
  max_live_jobs INTEGER NOT NULL,
  max_milestones INTEGER NOT NULL,
  PRIMARY KEY (agent_id, offer_id)
);

CREATE TABLE jobs (
  client TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  agent_id BIGINT NOT NULL DEFAULT 0,
  skill TEXT NOT NULL DEFAULT '',
  status INTEGER NOT NULL DEFAULT 0,
  live INTEGER NOT NULL DEFAULT 0,
  milestone INTEGER NOT NULL DEFAULT 0,
  milestones INTEGER NOT NULL DEFAULT 0,
  budget BIGINT NOT NULL DEFAULT 0,
  deposit BIGINT NOT NULL DEFAULT 0,
  posted_at BIGINT NOT NULL DEFAULT 0,
  deadline BIGINT NOT NULL DEFAULT 0,
  ended_at BIGINT NOT NULL DEFAULT 0,
  funded BIGINT NOT NULL DEFAULT 0,
  released BIGINT NOT NULL DEFAULT 0,
  fees BIGINT NOT NULL DEFAULT 0,
  refunded BIGINT NOT NULL DEFAULT 0,
  slashed BIGINT NOT NULL DEFAULT 0,
  burned BIGINT NOT NULL DEFAULT 0,
  record /* BYTES */ NOT NULL,
  height BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (client, sequence)
);
CREATE INDEX jobs_posted ON jobs (posted_at, client, sequence);
CREATE INDEX jobs_skill ON jobs (skill, posted_at, client, sequence);
CREATE INDEX jobs_agent ON jobs (agent_id, posted_at, client, sequence);
CREATE INDEX jobs_client ON jobs (client, posted_at, sequence);
CREATE INDEX jobs_status ON jobs (status, posted_at, client, sequence);
CREATE INDEX jobs_deadline ON jobs (deadline, client, sequence);
CREATE INDEX jobs_budget ON jobs (budget, client, sequence);

CREATE TABLE submissions (
  client TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  milestone INTEGER NOT NULL,
  submitted_at BIGINT NOT NULL,
  PRIMARY KEY (client, sequence, milestone)
) /* WITHOUT ROWID */;

-- What happened, in the order in which it did. It can't be made anew from state: it is
-- complete from meta.history_from on.
CREATE TABLE history (
  height BIGINT NOT NULL,
  tx INTEGER NOT NULL,
  n INTEGER NOT NULL,
  time BIGINT NOT NULL,
  kind TEXT NOT NULL,
  agent_id BIGINT NOT NULL,
  client TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (height, tx, n)
);
CREATE INDEX history_agent ON history (agent_id, height, tx, n);
CREATE INDEX history_job ON history (client, sequence, height, tx, n);
