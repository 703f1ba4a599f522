// Holds the client that @umijs/openapi generated to the document it came from: a function per operation,
// under its own name, typed by its success, with no `any` at any depth.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const { paths } = JSON.parse(readFileSync(process.argv[2]));
const config = ts.getParsedCommandLineOfConfigFile('tsconfig.json', {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: String });
const program = ts.createProgram(config.fileNames, config.options);
const checker = program.getTypeChecker();

const functions = new Map();
for (const file of program.getSourceFiles().filter((f) => /generated\/umi\/(?!index)\w+\.ts$/.test(f.fileName) && !f.isDeclarationFile)) {
  for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(file))) {
    functions.set(symbol.name, checker.getTypeOfSymbolAtLocation(symbol, file));
  }
}

/** The first place inside `type` that is `any`, as a path from `at`. */
function findAny(type, at, above = []) {
  if (type.flags & ts.TypeFlags.Any) return at;
  if (above.includes(type)) return undefined;
  const path = [...above, type];
  for (const part of type.isUnionOrIntersection() ? type.types : []) {
    const found = findAny(part, at, path);
    if (found) return found;
  }
  if (!(type.flags & ts.TypeFlags.Object)) return undefined;
  if (checker.isArrayType(type)) return findAny(checker.getTypeArguments(type)[0], `${at}[]`, path);
  for (const { type: value } of checker.getIndexInfosOfType(type)) {
    const found = findAny(value, `${at}[key]`, path);
    if (found) return found;
  }
  for (const property of checker.getPropertiesOfType(type)) {
    const found = findAny(checker.getTypeOfSymbol(property), `${at}.${property.name}`, path);
    if (found) return found;
  }
  return undefined;
}

// What a mirror is told of an object depends on its kind, and is part of its detail: nothing types that.
const open = ['listChanges().items[].item[key]'];

const faults = [];
let checked = 0;
for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
  const schema = (operation.responses?.[200] ?? operation.responses?.[201])?.content?.['application/json']?.schema;
  if (!schema) continue;
  checked += 1;
  const name = operation.operationId;
  const type = functions.get(name);
  if (!type) {
    faults.push(`${name}: no function of this name was generated`);
    continue;
  }
  const [signature] = type.getCallSignatures();
  const answer = checker.getAwaitedType(signature.getReturnType());
  const expected = schema.$ref && `API.${schema.$ref.split('/').pop()}`;
  const actual = answer.aliasSymbol ? checker.getFullyQualifiedName(answer.aliasSymbol) : checker.typeToString(answer);
  if (expected && actual !== expected) faults.push(`${name}: gives ${actual} instead of ${expected}`);
  const found = findAny(answer, `${name}()`);
  if (found && !open.includes(found)) faults.push(`${found} is any`);
  for (const parameter of signature.parameters.filter(({ name }) => name !== 'options')) {
    const loose = findAny(checker.getTypeOfSymbol(parameter), `${name}(${parameter.name})`);
    if (loose) faults.push(`${loose} is any`);
  }
}

if (checked === 0) faults.push('the document has no operation that answers with JSON');
for (const fault of faults) console.error(fault);
if (faults.length) process.exit(1);
console.log(`${checked} generated functions are typed by their success`);
