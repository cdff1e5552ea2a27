SELECT hospital, patients FROM queue
