package io.tinker4j.chaos;

import io.tinker4j.cli.merge.AdapterMerge;
import java.io.IOException;
import java.nio.file.Path;

/** A process that merges an adapter into a model. */
final class MergeProcess {
  private MergeProcess() {}

  /**
   * Merges.
   *
   * @param args the directories of adapter, base model and merged model
   */
  public static void main(String[] args) throws IOException {
    try (AdapterMerge merge = AdapterMerge.open(Path.of(args[0]), Path.of(args[1]))) {
      merge.writeTo(Path.of(args[2]), file -> {});
    }
  }
}
