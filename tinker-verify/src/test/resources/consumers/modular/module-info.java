module consumer.modular {
  requires io.tinker4j.recovery;
  requires io.tinker4j.testkit;
}
