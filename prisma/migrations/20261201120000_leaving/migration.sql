-- Players who leave. It only adds: a server of the release before knows none of it, and who signs in there before the time
-- is over comes back all the same, for the clean-up sees that they have.

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "deleted_at" TIMESTAMPTZ(3),
ADD COLUMN     "deletes_at" TIMESTAMPTZ(3),
ADD COLUMN     "purged_at" TIMESTAMPTZ(3);

