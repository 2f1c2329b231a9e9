import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient, type User } from "../../../src/generated/prisma/client";
import { config, serve } from "./hand-written";

// The same routes and rules, each through Prisma's own calls, as Prisma's documentation would write them.
const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: String(process.env.DATABASE_URL), max: 10 }),
});
const { refreshTokenExpirySeconds: idle, sessionMaxSeconds: cap, maxSessionsPerUser } = config.security;

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const row = (user: User) => ({ ...user, created_at: user.createdAt, last_login: user.lastLogin });

serve({
  async rotate({ sessionId, generation, ip }) {
    const [session] = await prisma.refreshToken.updateManyAndReturn({
      where: {
        id: sessionId,
        generation,
        revokedAt: null,
        rotatedAt: { gt: ago(idle) },
        createdAt: { gt: ago(cap) },
        user: { bannedAt: null },
      },
      data: { generation: { increment: 1 }, rotatedAt: new Date(), ip },
      include: { user: true },
    });
    return session ? { ...row(session.user), generation: session.generation } : null;
  },
  async find(sessionId, userId) {
    const session = await prisma.refreshToken.findUnique({
      where: {
        id: sessionId,
        userId,
        revokedAt: null,
        createdAt: { gt: ago(cap) },
        user: { bannedAt: null },
      },
      include: { user: true },
    });
    return session && row(session.user);
  },
  async signIn({ sub, email, emailVerified }, { sessionId, device, ip }) {
    const known = await prisma.user.findUnique({ where: { googleId: sub, bannedAt: null } });
    if (!known) return null;
    const user = await prisma.user.update({
      where: { id: known.id },
      data: {
        lastLogin: new Date(),
        email,
        emailVerified,
        refreshTokens: { create: { id: sessionId, device, ip } },
      },
    });
    return row(user);
  },
  async enroll({ sub, email, emailVerified, name, folded, skeleton, picture }, { sessionId, device, ip }) {
    const user = await prisma.user.create({
      data: {
        googleId: sub,
        email,
        emailVerified,
        name,
        nameFolded: folded,
        nameSkeleton: skeleton,
        picture,
        refreshTokens: { create: { id: sessionId, device, ip } },
      },
    });
    return row(user);
  },
  async evictIdlest(userId) {
    const idlest = await prisma.refreshToken.findMany({
      where: { userId, revokedAt: null },
      orderBy: [{ rotatedAt: "desc" }, { id: "desc" }],
      skip: maxSessionsPerUser,
      select: { id: true },
    });
    if (idlest.length === 0) return;
    await prisma.refreshToken.updateMany({
      where: { id: { in: idlest.map(({ id }) => id) } },
      data: { revokedAt: new Date() },
    });
  },
  async rename(userId, { name, folded, skeleton }) {
    return row(
      await prisma.user.update({
        where: { id: userId },
        data: { name, nameFolded: folded, nameSkeleton: skeleton },
      }),
    );
  },
});
