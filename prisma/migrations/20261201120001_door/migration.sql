-- What is asked at the door. It only adds.

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "age_band" VARCHAR(8),
ADD COLUMN     "guardian" VARCHAR(200),
ADD COLUMN     "guardian_consent_at" TIMESTAMPTZ(3),
ADD COLUMN     "terms_accepted_at" TIMESTAMPTZ(3),
ADD COLUMN     "terms_version" VARCHAR(64);

-- CreateTable
CREATE TABLE "door" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "maintenance" BOOLEAN NOT NULL DEFAULT false,
    "maintenance_until" TIMESTAMPTZ(3),
    "maintenance_message" VARCHAR(300),
    "client_minimum" VARCHAR(64),
    "client_url" TEXT,
    "client_required" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "door_pkey" PRIMARY KEY ("id")
);

-- There is one row, or none where everybody may come in.
ALTER TABLE "door" ADD CONSTRAINT "door_one_row" CHECK ("id" = 1);
