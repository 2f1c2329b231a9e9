-- A name that is given up is kept for its owner, and a player waits before the next one. This only adds: a server of the
-- release before knows none of the columns, and what it renames runs the trigger.

-- AlterTable. First, for a rename locks the tables in this order.
ALTER TABLE "users" ADD COLUMN     "renamed_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "name_looks" ADD COLUMN     "given_up_at" TIMESTAMPTZ(3),
ADD COLUMN     "name_folded" TEXT;

-- CreateIndex. Of kept names alone: nobody shall look for the looks of one player among those of all.
CREATE INDEX "name_looks_given_up_at_idx" ON "name_looks"("given_up_at") WHERE "given_up_at" IS NOT NULL;

-- After the update, so that the looks which the new name shares with the old one are the new name's already: no statement
-- may change a row that it has changed before. A server of the release before leaves `renamed_at` as it is. A name from
-- before the looks has none; its keys stand for them. Never a sequential scan: a session that planned it while the table
-- was empty would go on with one.
CREATE FUNCTION "users_name_kept"() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  given_up timestamptz := CASE WHEN NEW.renamed_at IS DISTINCT FROM OLD.renamed_at THEN NEW.renamed_at ELSE now() END;
BEGIN
  UPDATE name_looks SET given_up_at = given_up
  WHERE user_id = NEW.id AND given_up_at IS NULL AND name_folded IS DISTINCT FROM NEW.name_folded;
  IF NOT FOUND THEN
    INSERT INTO name_looks (look, user_id, name_folded, given_up_at)
    SELECT DISTINCT look, NEW.id, OLD.name_folded, given_up FROM unnest(ARRAY[OLD.name_folded, OLD.name_skeleton]) AS look
    ORDER BY look
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "users_name_kept" AFTER UPDATE OF "name_folded" ON "users"
  FOR EACH ROW WHEN (OLD.name_folded IS DISTINCT FROM NEW.name_folded) EXECUTE FUNCTION "users_name_kept"();

DROP TRIGGER "users_name_given_up" ON "users";
DROP FUNCTION "users_name_given_up"();
