package io.tinker4j.testkit.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files of an adapter that its users see: those of PEFT, and a mark that they are all. */
public final class AdapterFiles {
  /** The files that hold something, in the order of an archive. */
  public static final List<String> NAMES =
      List.of("adapter_config.json", "adapter_model.safetensors");

  private static final String COMPLETE = "checkpoint_complete";

  private AdapterFiles() {}

  /** Returns the contents of the files of a checkpoint by name. */
  public static Map<String, byte[]> read(Path directory) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : NAMES) {
      files.put(name, Files.readAllBytes(directory.resolve(name)));
    }
    files.put(COMPLETE, new byte[0]);
    return files;
  }
}
