-- Sessions that are bound to a key. It only adds: a session of before is bound to none, and a server of the release
-- before goes on serving.

-- AlterTable
ALTER TABLE "refresh_tokens" ADD COLUMN     "jkt" VARCHAR(43);
