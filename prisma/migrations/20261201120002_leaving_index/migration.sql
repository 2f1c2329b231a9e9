-- Apart from the columns: while an index is built nobody writes to its table, but players go on being read.

-- CreateIndex. Of those who leave alone; no sign-in changes it.
CREATE INDEX "users_deletes_at_idx" ON "users"("deletes_at") WHERE "deletes_at" IS NOT NULL;
