// Print the grade of a page by the MDN HTTP Observatory, as JSON.
//
//   node grade.mjs PACKAGE HOST HTTPS_PORT HTTP_PORT PATH
//
// The package's own `scan` takes neither ports nor a path, so this follows its steps. It calls no other host.

const [folder, host, httpsPort, httpPort, path] = process.argv.slice(2);
const load = (module) => import(`${folder}/src/${module}.js`);
const { retrieve } = await load("retriever/retriever");
const { ALL_TESTS } = await load("constants");
const { getGradeForScore, getScoreModifier } = await load("grader/grader");
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await load("grader/charts");

const retrieved = await retrieve(host, { httpsPort, httpPort, path });
const results = ALL_TESTS.map((test) => test(retrieved));
const modifiers = results.map((each) => getScoreModifier(each.result));
const sum = (numbers) => numbers.reduce((total, each) => total + each, 100);

const uncurved = sum(modifiers.filter((each) => each < 0));
const { grade, score } = getGradeForScore(
  uncurved >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? sum(modifiers) : uncurved,
);
const { status } = retrieved.responses.auto ?? {};
const failed = results.filter((each) => !each.pass).map((each) => each.result);
console.log(JSON.stringify({ grade, score, status, failed }));
