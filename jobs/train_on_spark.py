"""spark-submit [options] jobs/train_on_spark.py PROCESSES CONFIG [--workspace DIR] [--device auto|cpu|cuda]

The trainers on the executors of a Spark cluster, one process a GPU, or a task where --device cpu says so.
"""

import sys
from itertools import pairwise
from pathlib import Path

from pyspark.ml.torch.distributor import TorchDistributor
from pyspark.sql import SparkSession

if __name__ == "__main__":
    spark = SparkSession.builder.getOrCreate()
    local = spark.sparkContext.master.startswith("local")
    on_gpus = "--device=cpu" not in sys.argv and ("--device", "cpu") not in pairwise(sys.argv)
    distributor = TorchDistributor(num_processes=int(sys.argv[1]), local_mode=local, use_gpu=on_gpus)
    distributor.run(str(Path(__file__).with_name("train.py").resolve()), *sys.argv[2:])
