/** The health of a service client over HTTP. */
module io.tinker4j.health {
  requires transitive io.tinker4j.training;
  requires jdk.httpserver;

  exports io.tinker4j.health;
}
