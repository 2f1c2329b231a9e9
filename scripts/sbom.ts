import { Contrib, Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import parseLicence from "spdx-expression-parse";
import { license, name, version } from "../package.json";
import { type LockedPackage, productionPackages } from "./locked-packages";

// Writes the bill of materials of the server, to a file or to standard output: bun run sbom [file]

const licences = new Contrib.License.Factories.LicenseFactory(parseLicence);

/**
 * What the server needs to run, as CycloneDX 1.6 in JSON. It has neither a time nor a serial number: one bun.lock gives
 * one document.
 */
export function billOfMaterials(): string {
  const { direct, packages } = productionPackages();
  const components = new Map(packages.map((entry) => [entry.id, componentOf(entry)]));
  const reference = (id: string) => (components.get(id) as Models.Component).bomRef;
  for (const { id, needs } of packages) {
    for (const needed of needs) components.get(id)?.dependencies.add(reference(needed));
  }
  const server = new Models.Component(Enums.ComponentType.Application, name, {
    bomRef: `${name}@${version}`,
    version,
    licenses: new Models.LicenseRepository([licences.makeFromString(license)]),
    dependencies: new Models.BomRefRepository(direct.map(reference)),
  });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: server }),
    components: new Models.ComponentRepository(components.values()),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function componentOf({ id, name, version, sha512, licence }: LockedPackage): Models.Component {
  const [scope, bare] = name.startsWith("@") ? (name.split("/") as [string, string]) : [undefined, name];
  const purl = new PackageURL("npm", scope, bare, version, undefined, undefined).toString();
  return new Models.Component(Enums.ComponentType.Library, bare, {
    bomRef: id,
    ...(scope && { group: scope }),
    version,
    purl,
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm["SHA-512"], sha512]]),
    licenses: new Models.LicenseRepository(licence ? [licences.makeFromString(licence)] : []),
  });
}

if (import.meta.main) {
  const [file] = process.argv.slice(2);
  await Bun.write(file ?? Bun.stdout, billOfMaterials());
}
