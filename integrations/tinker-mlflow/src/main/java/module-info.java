/** What a resumable run does, noted in MLflow. */
module io.tinker4j.mlflow {
  requires transitive io.tinker4j.recovery;

  exports io.tinker4j.mlflow;
}
