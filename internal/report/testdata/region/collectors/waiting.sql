SELECT specialty, waited FROM waiting
