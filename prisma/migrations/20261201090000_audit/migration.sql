-- What was done to players, by whom and why. It only adds.

-- CreateTable
CREATE TABLE "audit_events" (
    "id" UUID NOT NULL,
    "user_id" INTEGER,
    "action" VARCHAR(32) NOT NULL,
    "actor_kind" VARCHAR(16) NOT NULL,
    "actor_id" VARCHAR(64),
    "before" JSONB,
    "after" JSONB,
    "reason" TEXT,
    "request_id" VARCHAR(128),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "audit_events_user_id_id_idx" ON "audit_events"("user_id", "id");

-- Nobody rewrites what was done. What is personal in a row may be emptied, when a player has left; and what is older
-- than any retention that can be set (30 days) may be deleted.
CREATE FUNCTION "audit_events_are_kept"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.before IS NULL AND NEW.after IS NULL AND NEW.reason IS NULL
      AND (NEW.id, NEW.user_id, NEW.action, NEW.actor_kind, NEW.actor_id, NEW.request_id, NEW.created_at)
        IS NOT DISTINCT FROM (OLD.id, OLD.user_id, OLD.action, OLD.actor_kind, OLD.actor_id, OLD.request_id, OLD.created_at)
  THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND OLD.created_at < now() - interval '29 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'audit_events are only added to' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER "audit_events_keep_rows" BEFORE UPDATE OR DELETE ON "audit_events"
  FOR EACH ROW EXECUTE FUNCTION "audit_events_are_kept"();

CREATE FUNCTION "audit_events_are_kept_together"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_events are only added to' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER "audit_events_keep_table" BEFORE TRUNCATE ON "audit_events"
  FOR EACH STATEMENT EXECUTE FUNCTION "audit_events_are_kept_together"();
