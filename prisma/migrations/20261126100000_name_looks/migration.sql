-- What names look like in any case. This only adds: the keys in `users` stay, and a server of the release before goes on
-- serving. The names that there are get no rows; they keep the protection that they have.

-- CreateTable
CREATE TABLE "name_looks" (
    "look" TEXT NOT NULL,
    "user_id" INTEGER NOT NULL,

    CONSTRAINT "name_looks_pkey" PRIMARY KEY ("look")
);

-- CreateIndex
CREATE INDEX "name_looks_user_id_idx" ON "name_looks"("user_id");

-- AddForeignKey
ALTER TABLE "name_looks" ADD CONSTRAINT "name_looks_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A name that is given up is free, even when a server of the release before renames the player. Before the update, so
-- that the looks of the new name come after it in the same statement. Never a sequential scan: a session that planned it
-- while the table was empty would go on with one.
CREATE FUNCTION "users_name_given_up"() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  DELETE FROM name_looks WHERE user_id = NEW.id;
  RETURN NEW;
END $$;

CREATE TRIGGER "users_name_given_up" BEFORE UPDATE OF "name_folded" ON "users"
  FOR EACH ROW EXECUTE FUNCTION "users_name_given_up"();
