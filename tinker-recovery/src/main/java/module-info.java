/** Runs that go on after whatever has happened to them, without a step lost or done twice. */
module io.tinker4j.recovery {
  requires transitive io.tinker4j.training;
  requires static org.immutables.value.annotations;

  exports io.tinker4j.recovery;
  exports io.tinker4j.recovery.journal;
  exports io.tinker4j.recovery.validation;
}
