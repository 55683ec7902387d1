/** The types of the Tinker API: what a user writes and reads. */
@SuppressWarnings("module")
module io.tinker4j.types {
  requires static transitive org.jspecify;
  requires transitive tools.jackson.databind;
  // Read only for the size of an image whose header has to say it.
  requires static java.desktop;
  requires static org.immutables.value.annotations;

  exports io.tinker4j.types;
  exports io.tinker4j.types.wire to
      io.tinker4j.transport,
      io.tinker4j.training,
      io.tinker4j.recovery,
      io.tinker4j.testkit,
      io.tinker4j.cli;
  exports io.tinker4j.types.internal to
      io.tinker4j.transport,
      io.tinker4j.training,
      io.tinker4j.recovery,
      io.tinker4j.recipes,
      io.tinker4j.testkit,
      io.tinker4j.cli;

  opens io.tinker4j.types to
      tools.jackson.databind;
  opens io.tinker4j.types.wire to
      tools.jackson.databind;
}
