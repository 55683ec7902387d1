package consumer;

import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import tools.jackson.databind.json.JsonMapper;

/** Writes and reads types of the API with nothing but them. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    JsonMapper json = JsonMapper.builder().build();
    AdamParams adam = AdamParams.builder().learningRate(0.02).build();
    AdamParams read = json.readValue(json.writeValueAsString(adam), AdamParams.class);
    System.out.println("equal " + read.equals(adam));
    System.out.println("tokens " + ModelInput.ofInts(1, 2, 3).length());
    System.out.println("inputs " + Datum.supervised(new int[] {1, 2, 3}).lossFnInputs().keySet());
  }
}
