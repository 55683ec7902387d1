/*
 * The descriptor of the jar; the classes are compiled without, as those of the testkit are.
 */
module io.tinker4j.cli {
  requires com.github.luben.zstd_jni;
  requires info.picocli;
  requires io.tinker4j.conformance;
  requires io.tinker4j.recovery;
  requires io.tinker4j.testkit;
  requires io.tinker4j.text;
  requires java.net.http;
  requires tools.jackson.dataformat.toml;
  requires tools.jackson.dataformat.yaml;

  opens io.tinker4j.cli to
      info.picocli;
  opens io.tinker4j.cli.access to
      info.picocli;
  opens io.tinker4j.cli.output to
      info.picocli;
  opens io.tinker4j.cli.cost to
      info.picocli;
  opens io.tinker4j.cli.doctor to
      info.picocli;
  opens io.tinker4j.cli.schema to
      info.picocli;
  opens io.tinker4j.cli.service to
      info.picocli;
}
